#include "capture-format/recorder.hpp"

#include "capture-format/reader/frame_scanner.hpp"
#include "tests/unit/capture-format/recorders.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

RecorderOptions options_for(const TemporaryDirectory& directory) {
  auto options = small_chunks(directory);
  options.service = "shop/../evil name";
  return options;
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
      ASSERT_TRUE(append_whole(**recorder, sample.view));
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
  EXPECT_EQ(recorded.gap.exchanges, 12u);
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
  EXPECT_EQ(recorded.gap.exchanges, 1u);
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
      ASSERT_TRUE(append_whole(**recorder, sample.view));
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

TEST(Recorder, ADirectoryThatIsASymbolicLinkIsRefused) {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory.path() / "real");
  std::filesystem::create_directory_symlink(directory.path() / "real", directory.path() / "link");
  auto options = options_for(directory);
  for (const auto* name : {"link", "link/", "link/."}) {
    options.directory = directory.path() / name;
    const auto recorder = Recorder::open(options);
    ASSERT_FALSE(recorder.has_value()) << name;
    EXPECT_NE(recorder.error().message.find("symbolic link"), std::string::npos) << recorder.error().message;
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory.path() / "real"));
}

TEST(Recorder, SlowExchangesHaveChunksOfTheirOwn) {
  const TemporaryDirectory directory;
  const auto options = options_for(directory);
  constexpr std::uint64_t kSlowNs = 5'000'000'000;
  {
    auto recorder = Recorder::open(options);
    ASSERT_TRUE(recorder.has_value());
    for (std::uint64_t i = 0; i < 6; ++i) {
      auto sample = sample_exchange(i);
      if (i % 3 == 0) sample.view.timings.response_done_ns = kSlowNs + i;
      ASSERT_TRUE((*recorder)->append(sample.view));
    }
  }
  const auto files = files_in(options.directory);
  ASSERT_EQ(files.size(), 1u);
  auto source = open_file_source(files[0]);
  ASSERT_TRUE(source.has_value());
  FrameScanner scanner(std::move(*source), FrameScanner::Content::headers_only);
  ASSERT_TRUE(scanner.begin("file"));
  std::map<ChunkKind, std::uint32_t> exchanges;
  for (auto event = scanner.next(); event != ScanEvent::end; event = scanner.next()) {
    if (event != ScanEvent::chunk) continue;
    exchanges[scanner.chunk().kind] += scanner.chunk().exchanges;
    EXPECT_EQ(scanner.chunk().max_latency_us >= kSlowNs / 1000, scanner.chunk().kind == ChunkKind::straggler);
  }
  EXPECT_EQ(exchanges, (std::map<ChunkKind, std::uint32_t>{{ChunkKind::data, 4}, {ChunkKind::straggler, 2}}));
  EXPECT_EQ(read_directory(options.directory).exchanges, 6u);
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
  EXPECT_EQ(recorded.exchanges + recorded.gap.exchanges, appended);
  EXPECT_GT(recorded.gap.exchanges, 0u);
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
