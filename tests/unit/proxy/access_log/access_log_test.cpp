#include "proxy/access_log/access_log.hpp"

#include "proxy/access_log/access_recorder.hpp"
#include "tests/support/temporary_directory.hpp"

#include <algorithm>
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

namespace understudy::proxy {
namespace {

using test::read_file;
using test::TemporaryDirectory;

template <class Condition>
bool eventually(Condition condition) {
  for (int i = 0; i < 1000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return condition();
}

AccessLogOptions to(const std::filesystem::path& path, std::string_view format = "{path} {status}") {
  return {path.string(), LineFormat::parse(format).value(), 1.0};
}

/// One exchange through a recorder, as a worker does it.
void log_exchange(AccessQueue* queue, std::string_view path, std::uint16_t status = 200) {
  AccessRecorder recorder(queue);
  http::RequestHead head;
  head.method = "GET";
  head.target = path;
  recorder.begin(head, "192.0.2.7", 1);
  ExchangeAccount account;
  account.status = status;
  recorder.finish(account);
}

std::size_t lines_of(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(AccessLog, WritesALinePerExchangeWithoutItsQuery) {
  const TemporaryDirectory directory;
  AccessLog log;
  auto* const queue = log.add_queue();
  ASSERT_TRUE(log.configure(to(directory / "log"), {}));
  log_exchange(queue, "/a?token=secret#part");
  log_exchange(queue, "http://user:secret@shop.example/b?x=secret", 503);
  log.stop();
  EXPECT_EQ(read_file(directory / "log"), "/a 200\n/b 503\n");
  EXPECT_EQ(log.stats().lines, 2U);
  EXPECT_EQ(log.stats().dropped, 0U);
}

TEST(AccessLog, TheFileIsItsOwnersAloneAndIsAppendedTo) {
  const TemporaryDirectory directory;
  for (int run = 0; run < 2; ++run) {
    AccessLog log;
    auto* const queue = log.add_queue();
    ASSERT_TRUE(log.configure(to(directory / "log"), {}));
    log_exchange(queue, "/a");
    log.stop();
  }
  EXPECT_EQ(read_file(directory / "log"), "/a 200\n/a 200\n");
  struct stat status{};
  ASSERT_EQ(::stat((directory / "log").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST(AccessLog, SymbolicLinksAreRefused) {
  const TemporaryDirectory directory;
  directory.write("target", "precious");
  std::filesystem::create_symlink(directory / "target", directory / "log");
  AccessLog log;
  const auto refused = log.configure(to(directory / "log"), {});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("symbolic link"), std::string::npos) << refused.error().message;
  EXPECT_EQ(read_file(directory / "target"), "precious");
}

TEST(AccessLog, WhatCannotBeOpenedIsNamed) {
  AccessLog log;
  const auto refused = log.configure(to("/nonexistent/directory/log"), {});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("/nonexistent/directory/log"), std::string::npos);
  EXPECT_FALSE(log.configure(to("/"), {}));
}

TEST(AccessLog, AFailedReloadKeepsTheOldFile) {
  const TemporaryDirectory directory;
  AccessLog log;
  auto* const queue = log.add_queue();
  ASSERT_TRUE(log.configure(to(directory / "log"), {}));
  EXPECT_FALSE(log.configure(to("/nonexistent/directory/log"), {}));
  log_exchange(queue, "/kept");
  log.stop();
  EXPECT_EQ(read_file(directory / "log"), "/kept 200\n");
}

TEST(AccessLog, AReloadMovesToAnotherFileAndFormatAndCanEndIt) {
  const TemporaryDirectory directory;
  AccessLog log;
  auto* const queue = log.add_queue();
  log_exchange(queue, "/before");
  ASSERT_TRUE(log.configure(to(directory / "one"), {}));
  log_exchange(queue, "/one");
  ASSERT_TRUE(eventually([&] { return log.stats().lines == 1; }));
  ASSERT_TRUE(log.configure(to(directory / "two", "{status} {path}"), {}));
  log_exchange(queue, "/two");
  ASSERT_TRUE(eventually([&] { return log.stats().lines == 2; }));
  ASSERT_TRUE(log.configure(std::nullopt, {}));
  log_exchange(queue, "/after");
  log.stop();
  EXPECT_EQ(read_file(directory / "one"), "/one 200\n");
  EXPECT_EQ(read_file(directory / "two"), "200 /two\n");
}

TEST(AccessLog, RotationGoesOnInANewFile) {
  const TemporaryDirectory directory;
  AccessLog log;
  auto* const queue = log.add_queue();
  ASSERT_TRUE(log.configure(to(directory / "log"), {}));
  log_exchange(queue, "/old");
  ASSERT_TRUE(eventually([&] { return log.stats().lines == 1; }));
  std::filesystem::rename(directory / "log", directory / "log.1");
  log.reopen();
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(directory / "log"); }));
  log_exchange(queue, "/new");
  log.stop();
  EXPECT_EQ(read_file(directory / "log.1"), "/old 200\n");
  EXPECT_EQ(read_file(directory / "log"), "/new 200\n");
}

TEST(AccessLog, SamplingLeavesLinesOutButNeverTrouble) {
  const TemporaryDirectory directory;
  AccessLog log;
  auto* const queue = log.add_queue();
  auto options = to(directory / "log");
  options.sample = 0.1;
  ASSERT_TRUE(log.configure(options, {}));
  for (int i = 0; i < 2000; ++i) {
    log_exchange(queue, "/fine");
    if (i % 20 == 0) log_exchange(queue, "/bad", 502);
  }
  log.stop();
  const auto text = read_file(directory / "log");
  std::size_t bad = 0;
  for (auto at = text.find("/bad"); at != std::string::npos; at = text.find("/bad", at + 1)) ++bad;
  EXPECT_EQ(bad, 100U);
  const auto fine = lines_of(text) - bad;
  EXPECT_GT(fine, 100U);
  EXPECT_LT(fine, 300U);
}

TEST(AccessLog, AFullQueueDropsAndCountsWithoutALog) {
  AccessQueue queue(4);
  queue.select({.enabled = true});
  for (int i = 0; i < 10; ++i) log_exchange(&queue, "/a");
  EXPECT_EQ(queue.dropped(), 6U);
}

TEST(AccessLog, AFullDiskDropsLinesAndSaysSo) {
  AccessLog log;
  auto* const queue = log.add_queue();
  ASSERT_TRUE(log.configure(to("/dev/full"), {}));
  testing::internal::CaptureStderr();
  log_exchange(queue, "/a");
  EXPECT_TRUE(eventually([&] { return log.stats().failing; }));
  // More than the buffer and the queue hold.
  const std::string path = "/" + std::string(1000, 'a');
  for (int i = 0; i < 9000; ++i) log_exchange(queue, path);
  EXPECT_TRUE(eventually([&] { return log.stats().dropped > 0; }));
  log.stop();
  EXPECT_EQ(log.stats().lines, 0U);
  EXPECT_EQ(log.stats().dropped, 9001U) << "each one is accounted for";
  const auto said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("event=access_log_failing"), std::string::npos) << said;
  EXPECT_EQ(said.find("access_log_failing"), said.rfind("access_log_failing")) << "once, not per line";
}

TEST(AccessLog, APipeThatNobodyReadsLosesOnlyWhatDoesNotFit) {
  const TemporaryDirectory directory;
  const auto path = (directory / "pipe").string();
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  AccessLog log;
  auto* const queue = log.add_queue();
  const auto refused = log.configure(to(path), {});
  ASSERT_FALSE(refused) << "no reader yet";
  EXPECT_NE(refused.error().message.find("nobody reads"), std::string::npos) << refused.error().message;
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  ASSERT_TRUE(log.configure(to(path), {}));
  constexpr std::uint64_t kLines = 30'000;
  for (std::uint64_t i = 0; i < kLines; ++i) log_exchange(queue, "/" + std::string(100, 'a'));
  EXPECT_TRUE(eventually([&] { return log.stats().failing; }));
  // Somebody reads after all: what waits comes out, whole.
  std::string text;
  std::array<char, 65536> block{};
  EXPECT_TRUE(eventually([&] {
    for (auto size = ::read(reader, block.data(), block.size()); size > 0;
         size = ::read(reader, block.data(), block.size()))
      text.append(block.data(), static_cast<std::size_t>(size));
    const auto stats = log.stats();
    return stats.lines + stats.dropped == kLines && lines_of(text) == stats.lines;
  }));
  EXPECT_EQ(text.size(), lines_of(text) * 106) << "no line is torn";
  log.stop();
  ::close(reader);
}

TEST(AccessLog, AReaderThatGoesAwayDoesNotEndTheProcess) {
  const TemporaryDirectory directory;
  const auto path = (directory / "pipe").string();
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  AccessLog log;
  auto* const queue = log.add_queue();
  ASSERT_TRUE(log.configure(to(path), {}));
  ::close(reader);
  log_exchange(queue, "/a");
  EXPECT_TRUE(eventually([&] { return log.stats().failing; }));
  log.stop();
  EXPECT_EQ(log.stats().dropped, 1U);
}

TEST(AccessLog, ManyWorkersWriteWholeLines) {
  const TemporaryDirectory directory;
  AccessLog log;
  constexpr int kWorkers = 4;
  constexpr int kLines = 2000;
  std::vector<AccessQueue*> queues;
  for (int i = 0; i < kWorkers; ++i) queues.push_back(log.add_queue());
  ASSERT_TRUE(log.configure(to(directory / "log"), {}));
  std::vector<std::thread> workers;
  for (auto* const queue : queues)
    workers.emplace_back([queue] {
      for (int i = 0; i < kLines; ++i) log_exchange(queue, "/line");
    });
  for (auto& worker : workers) worker.join();
  log.stop();
  const auto text = read_file(directory / "log");
  EXPECT_EQ(text.size(), lines_of(text) * std::string_view("/line 200\n").size());
  EXPECT_EQ(lines_of(text) + log.stats().dropped, std::uint64_t{kWorkers} * kLines);
}

}  // namespace
}  // namespace understudy::proxy
