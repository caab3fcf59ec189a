#include "capture-format/recorder.hpp"

#include "tests/unit/capture-format/sample_exchange.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <sys/mount.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

/// Waits for something that another thread does; only the give-up time is on the clock.
template <class Done>
bool eventually(Done&& done) {
  for (int i = 0; i < 2'000; ++i) {
    if (done()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

RecorderOptions options_for(const TemporaryDirectory& directory) {
  RecorderOptions options;
  options.directory = directory.path() / "captures";
  options.service = "shop/../evil name";
  options.chunk_bytes = 8 * 1024;
  return options;
}

struct Recorded {
  std::uint64_t exchanges = 0;
  std::uint64_t gap_exchanges = 0;
  std::size_t files = 0;
  std::size_t unsealed = 0;
  std::set<std::string> described;
};

Recorded read_directory(const std::filesystem::path& directory) {
  Recorded recorded;
  for (const auto& path : files_in(directory)) {
    const auto back = read_back_file(path);
    recorded.exchanges += back.exchanges.size();
    recorded.gap_exchanges += back.gaps.exchanges;
    ++recorded.files;
    recorded.unsealed += back.sealed ? 0 : 1;
    recorded.described.insert(back.exchanges.begin(), back.exchanges.end());
  }
  return recorded;
}

TEST(Recorder, WhatIsAppendedIsInTheSealedFile) {
  const TemporaryDirectory directory;
  const auto options = options_for(directory);
  std::set<std::string> expected;
  {
    auto recorder = Recorder::open(options);
    ASSERT_TRUE(recorder.has_value()) << recorder.error().message;
    for (std::uint64_t i = 0; i < 300; ++i) {
      const auto sample = sample_exchange(i);
      // The disk may lag behind a loop that does nothing else.
      ASSERT_TRUE(eventually([&] { return (*recorder)->append(sample.view); }));
      expected.insert(describe(sample.view));
    }
  }
  EXPECT_EQ(read_directory(options.directory).described, expected);
}

TEST(Recorder, FilesAndTheDirectoryAreForTheOwnerAlone) {
  const TemporaryDirectory directory;
  const auto options = options_for(directory);
  {
    auto recorder = Recorder::open(options);
    ASSERT_TRUE(recorder.has_value());
    ASSERT_TRUE((*recorder)->append(sample_exchange(1).view));
  }
  const auto files = files_in(options.directory);
  ASSERT_EQ(files.size(), 1u);
  struct stat status{};
  ASSERT_EQ(stat(options.directory.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0700u);
  ASSERT_EQ(stat(files[0].c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
  const auto name = files[0].filename().string();
  EXPECT_TRUE(name.starts_with("shop_.._evil_name-")) << name;
  EXPECT_TRUE(name.ends_with(".ucap.zst")) << name;
}

TEST(Recorder, WithoutAnExchangeThereIsNoFile) {
  const TemporaryDirectory directory;
  const auto options = options_for(directory);
  {
    ASSERT_TRUE(Recorder::open(options).has_value());
  }
  EXPECT_TRUE(files_in(options.directory).empty());
}

TEST(Recorder, ATickSealsAChunkThatIsOldEnough) {
  const TemporaryDirectory directory;
  auto options = options_for(directory);
  options.flush_interval = std::chrono::nanoseconds(0);
  auto recorder = Recorder::open(options);
  ASSERT_TRUE(recorder.has_value());
  ASSERT_TRUE((*recorder)->append(sample_exchange(1).view));
  (*recorder)->tick();
  ASSERT_TRUE(eventually([&] { return (*recorder)->stats().chunks == 1; }));
  const auto files = files_in(options.directory);
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files[0].extension(), ".part");
  const auto back = read_back_file(files[0]);
  EXPECT_EQ(back.exchanges.size(), 1u);
  EXPECT_FALSE(back.sealed);
  EXPECT_TRUE(back.damage.notes.empty());
}

TEST(Recorder, OverloadDropsAndTheGapRecordsSayHowMany) {
  const TemporaryDirectory directory;
  auto options = options_for(directory);
  options.chunks_in_flight = 2;
  options.compression_level = 19;  // the disk thread cannot keep up
  std::uint64_t accepted = 0;
  std::uint64_t dropped = 0;
  {
    auto recorder = Recorder::open(options);
    ASSERT_TRUE(recorder.has_value());
    const auto sample = sample_exchange(1, 2'000);
    for (int i = 0; i < 5'000; ++i) ++((*recorder)->append(sample.view) ? accepted : dropped);
    ASSERT_GT(dropped, 0u);
    EXPECT_EQ((*recorder)->stats().exchanges_recorded, accepted);
    EXPECT_EQ((*recorder)->stats().exchanges_dropped, dropped);
  }
  const auto recorded = read_directory(options.directory);
  EXPECT_EQ(recorded.exchanges, accepted);
  EXPECT_EQ(recorded.gap_exchanges, dropped);
}

TEST(Recorder, CountedGapsAreInTheFileEvenWithoutAnExchange) {
  const TemporaryDirectory directory;
  const auto options = options_for(directory);
  {
    auto recorder = Recorder::open(options);
    ASSERT_TRUE(recorder.has_value());
    (*recorder)->count_gap(7, 700);
    (*recorder)->tick();
    (*recorder)->count_gap(5, 500);
    EXPECT_EQ((*recorder)->stats().exchanges_dropped, 12u);
  }
  const auto recorded = read_directory(options.directory);
  EXPECT_EQ(recorded.exchanges, 0u);
  EXPECT_EQ(recorded.gap_exchanges, 12u);
  EXPECT_EQ(recorded.files, 1u);
}

TEST(Recorder, ARecordLargerThanAChunkIsKeptAndOneOverTheCapIsCounted) {
  const TemporaryDirectory directory;
  const auto options = options_for(directory);
  {
    auto recorder = Recorder::open(options);
    ASSERT_TRUE(recorder.has_value());
    auto large = sample_exchange(1);
    large.view.request.body = large.keep(std::string(3'000'000, 'x'));
    EXPECT_TRUE((*recorder)->append(large.view));
    large.view.request.body = large.keep(std::string(70'000'000, 'x'));
    EXPECT_FALSE((*recorder)->append(large.view));
    EXPECT_TRUE((*recorder)->append(sample_exchange(2).view));
  }
  const auto recorded = read_directory(options.directory);
  EXPECT_EQ(recorded.exchanges, 2u);
  EXPECT_EQ(recorded.gap_exchanges, 1u);
}

TEST(Recorder, RotationBySizeMakesSeveralSealedFiles) {
  const TemporaryDirectory directory;
  auto options = options_for(directory);
  options.rotate_bytes = 64 * 1024;
  {
    auto recorder = Recorder::open(options);
    ASSERT_TRUE(recorder.has_value());
    for (std::uint64_t i = 0; i < 600; ++i) {
      const auto sample = sample_exchange(i);
      ASSERT_TRUE(eventually([&] { return (*recorder)->append(sample.view); }));
    }
  }
  const auto recorded = read_directory(options.directory);
  EXPECT_GT(recorded.files, 3u);
  EXPECT_EQ(recorded.unsealed, 0u);
  EXPECT_EQ(recorded.exchanges, 600u);
  for (const auto& path : files_in(options.directory))
    EXPECT_LT(std::filesystem::file_size(path), options.rotate_bytes + 3 * options.chunk_bytes);
}

TEST(Recorder, RotationByAgeSealsAQuietFile) {
  const TemporaryDirectory directory;
  auto options = options_for(directory);
  options.flush_interval = std::chrono::nanoseconds(0);
  options.rotate_age = std::chrono::milliseconds(1);
  auto recorder = Recorder::open(options);
  ASSERT_TRUE(recorder.has_value());
  ASSERT_TRUE((*recorder)->append(sample_exchange(1).view));
  (*recorder)->tick();
  EXPECT_TRUE(eventually([&] { return (*recorder)->stats().files_sealed == 1; }));
  EXPECT_EQ(read_directory(options.directory).unsealed, 0u);
}

TEST(Recorder, ADirectoryThatIsAFileIsOneClearFailure) {
  const TemporaryDirectory directory;
  auto options = options_for(directory);
  write_file(options.directory, "a file");
  const auto recorder = Recorder::open(options);
  ASSERT_FALSE(recorder.has_value());
  EXPECT_NE(recorder.error().message.find("captures"), std::string::npos);
}

TEST(Recorder, WhenTheDirectoryVanishesProductionGoesOnAndTheLossIsCounted) {
  const TemporaryDirectory directory;
  auto options = options_for(directory);
  options.flush_interval = std::chrono::nanoseconds(0);
  auto recorder = Recorder::open(options);
  ASSERT_TRUE(recorder.has_value());
  std::filesystem::remove_all(options.directory);
  ASSERT_TRUE((*recorder)->append(sample_exchange(1).view));
  (*recorder)->tick();
  ASSERT_TRUE(eventually([&] { return (*recorder)->stats().paused; }));
  const auto stats = (*recorder)->stats();
  EXPECT_EQ(stats.exchanges_recorded, 0u);
  EXPECT_EQ(stats.exchanges_dropped, 1u);
  EXPECT_GT(stats.write_errors, 0u);
  EXPECT_FALSE((*recorder)->append(sample_exchange(2).view));
}

/// A file system of a few MiB; only root can make one.
class SmallDisk : public ::testing::Test {
 protected:
  void SetUp() override {
    disk_ = directory_.path() / "disk";
    std::filesystem::create_directory(disk_);
    if (mount("tmpfs", disk_.c_str(), "tmpfs", 0, "size=2m") != 0)
      GTEST_SKIP() << "a small tmpfs cannot be mounted here (not root?): the full-disk test did not run";
    mounted_ = true;
  }
  void TearDown() override {
    if (mounted_) umount2(disk_.c_str(), MNT_DETACH);
  }

  TemporaryDirectory directory_;
  std::filesystem::path disk_;
  bool mounted_ = false;
};

TEST_F(SmallDisk, AFullDiskPausesAndTheGapSaysHowMuchWasLost) {
  RecorderOptions options;
  options.directory = disk_ / "captures";
  options.chunk_bytes = 64 * 1024;
  options.flush_interval = std::chrono::nanoseconds(0);
  const auto ballast = disk_ / "ballast";
  write_file(ballast, std::string(1024 * 1024, 'b'));
  std::uint64_t appended = 0;
  auto recorder = Recorder::open(options);
  ASSERT_TRUE(recorder.has_value()) << recorder.error().message;
  const auto append = [&] {
    (*recorder)->append(sample_exchange(appended, 8'000).view);
    ++appended;
    (*recorder)->tick();
  };
  ASSERT_TRUE(eventually([&] {
    for (int i = 0; i < 20; ++i) append();
    return (*recorder)->stats().paused;
  }));
  for (int i = 0; i < 100; ++i) append();
  EXPECT_GT((*recorder)->stats().exchanges_dropped, 0u);
  std::filesystem::remove(ballast);
  ASSERT_TRUE(eventually([&] { return !(*recorder)->stats().paused; }));
  for (int i = 0; i < 20; ++i) append();
  const auto stats = (*recorder)->stats();
  EXPECT_EQ(stats.exchanges_recorded + stats.exchanges_dropped, appended);
  recorder->reset();
  const auto recorded = read_directory(options.directory);
  EXPECT_EQ(recorded.exchanges + recorded.gap_exchanges, appended);
  EXPECT_GT(recorded.gap_exchanges, 0u);
  EXPECT_GT(recorded.files, 1u);
}

TEST_F(SmallDisk, AFullDiskLeavesWholeChunksAndNoTornOne) {
  RecorderOptions options;
  options.directory = disk_ / "captures";
  options.chunk_bytes = 64 * 1024;
  std::uint64_t appended = 0;
  auto recorder = Recorder::open(options);
  ASSERT_TRUE(recorder.has_value()) << recorder.error().message;
  ASSERT_TRUE(eventually([&] {
    for (int i = 0; i < 20; ++i) (*recorder)->append(sample_exchange(appended++, 8'000).view);
    return (*recorder)->stats().paused;
  }));
  EXPECT_TRUE((*recorder)->stats().disk_full);
  recorder->reset();
  for (const auto& entry : std::filesystem::directory_iterator(options.directory)) {
    auto reader = Reader::open(entry.path());
    ASSERT_TRUE(reader.has_value()) << reader.error().message;
    while (reader->next() != nullptr) continue;
    EXPECT_EQ(reader->damage().incidents, 0u) << entry.path();
    EXPECT_GT(reader->totals().exchanges, 0u);
  }
}

}  // namespace
}  // namespace understudy::capture::testing
