#include "capture-format/layout/wall_time.hpp"
#include "capture-format/recorder.hpp"
#include "core/base/clock.hpp"
#include "core/scrub/session_key.hpp"
#include "tests/unit/capture-format/command_line.hpp"
#include "tests/unit/capture-format/sample_exchange.hpp"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <set>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

namespace json = boost::json;

class Purge : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }

  /// 200 exchanges of 5 sessions, some of one connection but of different sessions.
  void write_sessions(const std::string& name) {
    std::vector<SampleExchange> samples;
    for (std::uint64_t i = 0; i < 200; ++i) {
      samples.push_back(sample_exchange(i));
      samples.back().view.session_key = 1 + i / 7 % 5;
    }
    write_file(path(name), capture_of(samples));
  }

  static CommandResult purge(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "purge");
    arguments.push_back("--json");
    return run_capture(arguments);
  }
  static json::object report(const CommandResult& result) { return json::parse(result.out).as_object(); }
  static std::int64_t number(const json::value& object, const char* key) {
    return object.at(key).to_number<std::int64_t>();
  }

  TemporaryDirectory directory_;
};

TEST_F(Purge, ASessionIsGoneFromTheFileAndEveryOtherExchangeIsAsItWas) {
  write_sessions("a.ucap.zst");
  std::vector<std::string> expected;
  auto reader = Reader::open(path("a.ucap.zst"));
  while (const auto* exchange = reader->next())
    if (exchange->session_key != 3) expected.push_back(describe(*exchange));
  chmod(path("a.ucap.zst").c_str(), 0640);
  const auto changed = std::filesystem::last_write_time(path("a.ucap.zst")) - std::chrono::hours(9);
  std::filesystem::last_write_time(path("a.ucap.zst"), changed);
  const auto result = purge({"--session", "0000000000000003", path("a.ucap.zst")});
  ASSERT_EQ(result.code, ExitCode::ok) << result.err;
  EXPECT_EQ(number(report(result), "exchanges_removed"), static_cast<std::int64_t>(200 - expected.size()));
  const auto after = read_back_file(path("a.ucap.zst"));
  EXPECT_EQ(after.exchanges, expected);
  EXPECT_TRUE(after.sealed);
  EXPECT_EQ(after.damage.incidents, 0u);
  EXPECT_EQ(run_capture({"verify", "--deep", path("a.ucap.zst")}).code, ExitCode::ok);
  EXPECT_EQ(std::filesystem::last_write_time(path("a.ucap.zst")), changed) << "keep-limits go by it";
  struct stat status{};
  ASSERT_EQ(stat(path("a.ucap.zst").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0640u);
  EXPECT_EQ(files_in(directory_.path()).size(), 1u) << "no temporary file is left";
}

/// Chunk headers of a rewritten file say what is in the chunks: filters go by them.
TEST_F(Purge, FiltersOverARewrittenFileFindWhatAFullReadFinds) {
  write_sessions("a.ucap.zst");
  ASSERT_EQ(purge({"--session", "0000000000000002", path("a.ucap.zst")}).code, ExitCode::ok);
  const auto all = run_capture({"cat", "--json", path("a.ucap.zst")}).out;
  for (const auto* where : {"status=5xx", "method=POST", "status=none", "endpoint=/orders/{}"}) {
    const auto found = run_capture({"cat", "--count", "--where", where, path("a.ucap.zst")});
    EXPECT_EQ(found.code, ExitCode::ok);
    std::size_t expected = 0;
    auto reader = Reader::open(path("a.ucap.zst"));
    while (const auto* exchange = reader->next()) {
      const auto status = exchange->has_response ? exchange->response.status : 0;
      const std::string_view term(where);
      expected += term == "status=5xx"    ? status / 100 == 5
                  : term == "method=POST" ? exchange->request.method == "POST"
                  : term == "status=none" ? status == 0
                                          : 1;
    }
    EXPECT_EQ(found.out, fmt::format("{}\n", expected)) << where;
  }
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 158);
}

TEST_F(Purge, GapsSurviveAPurgeOfEverythingElse) {
  RecorderOptions options;
  options.directory = directory_.path() / "captures";
  {
    auto recorder = Recorder::open(options);
    ASSERT_TRUE(recorder.has_value());
    (*recorder)->count_gap(3, 30);
    auto sample = sample_exchange(1);
    sample.view.session_key = 9;
    ASSERT_TRUE((*recorder)->append(sample.view));
    (*recorder)->count_gap(4, 40);
  }
  const auto file = files_in(options.directory).front();
  ASSERT_EQ(purge({"--session", "0000000000000009", options.directory.string()}).code, ExitCode::ok);
  const auto after = read_back_file(file);
  EXPECT_TRUE(after.exchanges.empty());
  EXPECT_EQ(after.gaps.exchanges, 7u);
  EXPECT_EQ(after.gaps.bytes, 70u);
}

TEST_F(Purge, AFileOfWhichNothingIsLeftIsRemovedAndSaid) {
  write_sessions("a.ucap.zst");
  std::vector<std::string> command;
  for (int key = 1; key <= 5; ++key) {
    command.emplace_back("--session");
    command.push_back(fmt::format("{:016x}", key));
  }
  command.push_back(path("a.ucap.zst"));
  const auto result = purge(command);
  EXPECT_EQ(result.code, ExitCode::ok) << result.err;
  EXPECT_EQ(number(report(result), "files_removed"), 1);
  EXPECT_FALSE(std::filesystem::exists(path("a.ucap.zst")));
}

TEST_F(Purge, ADryRunTellsAllAndChangesNothing) {
  write_sessions("a.ucap.zst");
  const auto before = read_file(path("a.ucap.zst"));
  const auto result = purge({"--dry-run", "--session", "0000000000000001", path("a.ucap.zst")});
  EXPECT_EQ(result.code, ExitCode::ok);
  EXPECT_EQ(number(report(result), "exchanges_removed"), 42);
  EXPECT_EQ(report(result).at("files").at(0).at("action").as_string(), "rewritten");
  EXPECT_EQ(read_file(path("a.ucap.zst")), before);
}

TEST_F(Purge, TheSessionOfACredentialIsFoundWithTheKeyOfTheProxy) {
  scrub::Key key{};
  key.fill(7);
  write_file(path("scrub.key"), std::string(32, '\7'));
  auto sample = sample_exchange(1);
  sample.view.session_key = scrub::SessionKeys(key).of_credential("s3cr3t");
  std::vector<SampleExchange> samples;
  samples.push_back(std::move(sample));
  samples.push_back(sample_exchange(2));
  const auto bytes = capture_of(samples);
  for (const auto* credential : {"s3cr3t", "Cookie: theme=dark; PHPSESSID=s3cr3t", "cookie: sid=s3cr3t"}) {
    write_file(path("a.ucap.zst"), bytes);
    const auto result =
        purge({"--session-of", credential, "--scrub-key", path("scrub.key"), path("a.ucap.zst")});
    EXPECT_EQ(result.code, ExitCode::ok) << result.err;
    EXPECT_EQ(number(report(result), "exchanges_removed"), 1) << credential;
  }
  const auto without = purge({"--session-of", "s3cr3t", path("a.ucap.zst")});
  EXPECT_EQ(without.code, ExitCode::usage);
  EXPECT_EQ(without.err.find("s3cr3t"), std::string::npos) << "a credential is never repeated";
}

TEST_F(Purge, ByAgeWholeFilesGoByTheirNewestExchange) {
  const auto write = [this](const std::string& name, std::vector<std::uint64_t> hours_ago) {
    std::vector<SampleExchange> samples;
    for (const auto hours : hours_ago) {
      samples.push_back(sample_exchange(hours));
      samples.back().view.start_ns = wall_now().value - hours * 3'600'000'000'000;
    }
    write_file(path(name), capture_of(samples));
  };
  write("old.ucap.zst", {100, 90, 80});
  write("mixed.ucap.zst", {100, 1});
  write("new.ucap.zst", {2, 1});
  write_file(path("notes.txt"), "no capture");
  const auto result = purge({"--older-than", "72h", directory_.path().string()});
  EXPECT_EQ(result.code, ExitCode::ok) << result.err;
  EXPECT_FALSE(std::filesystem::exists(path("old.ucap.zst")));
  EXPECT_EQ(read_back_file(path("mixed.ucap.zst")).exchanges.size(), 2u);
  EXPECT_EQ(number(report(result), "exchanges_removed"), 3);
  const auto again = purge({"--older-than", "72h", "--rewrite", directory_.path().string()});
  EXPECT_EQ(number(report(again), "exchanges_removed"), 1);
  EXPECT_EQ(read_back_file(path("mixed.ucap.zst")).exchanges.size(), 1u);
  EXPECT_EQ(read_back_file(path("new.ucap.zst")).exchanges.size(), 2u);
  EXPECT_TRUE(std::filesystem::exists(path("notes.txt")));
}

TEST_F(Purge, FilesThatAreWrittenAndDamagedOnesAreSkippedByNameAndExitOneSaysSo) {
  write_sessions("a.ucap.zst");
  auto damaged = read_file(path("a.ucap.zst"));
  damaged[chunk_places(damaged)[1].data + 9] ^= 1;
  write_file(path("damaged.ucap.zst"), damaged);
  write_file(path("open.ucap.zst.part"), read_file(path("a.ucap.zst")));
  const int writer = open(path("open.ucap.zst.part").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(flock(writer, LOCK_EX | LOCK_NB), 0);
  const auto result = purge({"--session", "0000000000000001", directory_.path().string()});
  close(writer);
  EXPECT_EQ(result.code, ExitCode::failed);
  EXPECT_EQ(number(report(result), "files_skipped"), 2);
  EXPECT_EQ(number(report(result), "files_rewritten"), 1);
  EXPECT_EQ(read_file(path("damaged.ucap.zst")), damaged);
  EXPECT_EQ(read_back_file(path("open.ucap.zst.part")).exchanges.size(), 200u);
}

TEST_F(Purge, WhatAKilledWriterLeftIsPurgedUnderItsFinalName) {
  write_sessions("a.ucap.zst");
  const auto bytes = read_file(path("a.ucap.zst"));
  write_file(path("b.ucap.zst.part"), bytes.substr(0, chunk_places(bytes).back().end));
  const auto result = purge({"--session", "0000000000000001", path("b.ucap.zst.part")});
  EXPECT_EQ(result.code, ExitCode::ok) << result.err;
  EXPECT_FALSE(std::filesystem::exists(path("b.ucap.zst.part")));
  EXPECT_EQ(read_back_file(path("b.ucap.zst")).exchanges.size(), 158u);
}

TEST_F(Purge, AnEncryptedFileStaysEncryptedUnderItsKeyAndWantsIt) {
  write_sessions("plain.ucap.zst");
  const auto key = path("capture.key");
  ASSERT_EQ(run_capture({"keygen", "--id", "first", "--output", key}).code, ExitCode::ok);
  const auto file = path("a.ucap.zst");
  const auto made =
      run_capture({"compact", "--encrypt", "--key-file", key, path("plain.ucap.zst"), "-o", file});
  ASSERT_EQ(made.code, ExitCode::ok) << made.err;
  const auto before = read_file(file);
  const auto without = purge({"--session", "0000000000000001", file});
  EXPECT_EQ(without.code, ExitCode::failed) << "it may hold what should go";
  EXPECT_EQ(read_file(file), before);
  const auto with = purge({"--session", "0000000000000001", "--capture-key-file", key, file});
  EXPECT_EQ(with.code, ExitCode::ok) << with.err << with.out;
  EXPECT_EQ(number(report(with), "exchanges_removed"), 42);
  EXPECT_EQ(purge({"--older-than", "1h", file}).code, ExitCode::ok) << "its last change is its age";
  EXPECT_TRUE(std::filesystem::exists(file));
  EXPECT_EQ(run_capture({"cat", "--count", file}).code, ExitCode::usage) << "still encrypted";
  EXPECT_EQ(run_capture({"cat", "--count", "--key-file", key, file}).out, "158\n");
  EXPECT_EQ(run_capture({"index", "--rebuild", file}).code, ExitCode::usage);
  const auto index = run_capture({"index", "--json", "--key-file", key, file});
  EXPECT_EQ(index.code, ExitCode::ok) << index.err;
  EXPECT_EQ(index.out.find("\"min_start_ns\":0,"), std::string::npos) << "opened with the key";
}

TEST_F(Purge, OptionsThatMakeNoSenseAreOneLine) {
  write_sessions("a.ucap.zst");
  const auto file = path("a.ucap.zst");
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{file},
                                             {"--older-than", "72", file},
                                             {"--older-than", "0s", file},
                                             {"--session", "3", file},
                                             {"--session", "0000000000000000", file},
                                             {"--session", "zz00000000000000", file},
                                             {"--session", "0000000000000001", "--older-than", "1h", file},
                                             {"--older-than", "1h", path("absent")}}) {
    const auto result = purge(arguments);
    EXPECT_EQ(result.code, ExitCode::usage) << arguments[0];
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  }
  EXPECT_EQ(read_back_file(file).exchanges.size(), 200u);
}

}  // namespace
}  // namespace understudy::capture::testing
