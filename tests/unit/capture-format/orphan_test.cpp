#include "capture-format/layout/chunk_header.hpp"
#include "capture-format/writer/orphan_files.hpp"
#include "tests/unit/capture-format/recorders.hpp"

#include <filesystem>
#include <fstream>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

constexpr const char* kName = "understudy-host-20260101T000000Z-0001-00000000.ucap.zst";

/// The bytes that a recorder which was killed has left: whole chunks, no summary.
std::string unsealed_bytes(std::uint64_t exchanges) {
  const TemporaryDirectory directory;
  auto options = small_chunks(directory);
  options.flush_interval = std::chrono::nanoseconds(0);
  auto recorder = Recorder::open(options);
  EXPECT_TRUE(recorder.has_value());
  for (std::uint64_t i = 0; i < exchanges; ++i)
    EXPECT_TRUE(append_whole(**recorder, sample_exchange(i).view));
  (*recorder)->tick();
  // Its file is there a moment before the first byte of it.
  EXPECT_TRUE(eventually([&] {
    const auto files = files_in(options.directory);
    return !files.empty() && read_back_bytes(read_file(files[0])).exchanges.size() == exchanges;
  }));
  return read_file(files_in(options.directory)[0]);
}

class Orphans : public ::testing::Test {
 protected:
  void SetUp() override {
    options_ = small_chunks(directory_);
    std::filesystem::create_directory(options_.directory);
  }
  std::filesystem::path at(std::string_view suffix = {}) const {
    return options_.directory / (std::string(kName) + std::string(suffix));
  }
  /// Starts a recorder, waits until it has dealt with what it found, and ends it.
  std::vector<Interruption> start() {
    auto recorder = Recorder::open(options_);
    EXPECT_TRUE(recorder.has_value());
    EXPECT_TRUE(eventually([&] { return (*recorder)->stats().interruptions == 1; }));
    return (*recorder)->take_interruptions();
  }

  const TemporaryDirectory directory_;
  RecorderOptions options_;
};

TEST_F(Orphans, WhatAKilledRecorderLeftIsSealedAndTheGapSaysSinceWhen) {
  write_file(at(".part"), unsealed_bytes(40));
  const auto told = start();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].fate, OrphanFate::sealed);
  EXPECT_EQ(told[0].file, std::string(kName) + ".part");
  EXPECT_EQ(told[0].exchanges, 40u);
  const auto& last = sample_exchange(39).view;
  EXPECT_EQ(told[0].last_ns, last.start_ns + last.timings.response_done_ns);

  EXPECT_FALSE(std::filesystem::exists(at(".part")));
  const auto back = read_back_file(at());
  EXPECT_TRUE(back.sealed);
  EXPECT_EQ(back.exchanges.size(), 40u);
  EXPECT_TRUE(back.damage.notes.empty());
  struct stat status{};
  ASSERT_EQ(stat(at().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);

  const auto recorded = read_directory(options_.directory);
  EXPECT_EQ(recorded.files, 2u) << "the sealed copy, and the new file with the gap";
  EXPECT_TRUE(recorded.gap.has(GapReason::crash));
  EXPECT_EQ(recorded.gap.exchanges, 0u);
  EXPECT_EQ(recorded.gap.from_ns, told[0].last_ns);
  EXPECT_GT(recorded.gap.to_ns, recorded.gap.from_ns);
}

TEST_F(Orphans, AChunkThatAKillCutShortIsNoDamageAndCostsNoWholeOne) {
  const auto whole = unsealed_bytes(10);
  const auto last = chunk_places(whole).back();
  for (const auto cut : {last.end - 1, last.data + 1, last.data, last.begin + 100, last.begin + 3}) {
    write_file(at(".part"), whole.substr(0, cut));
    const auto told = start();
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told[0].fate, OrphanFate::sealed) << cut - last.begin;
    EXPECT_FALSE(std::filesystem::exists(at(".part")));
    EXPECT_FALSE(std::filesystem::exists(at(".damaged")));
    const auto back = read_back_file(at());
    EXPECT_TRUE(back.sealed);
    EXPECT_EQ(back.exchanges.size(), 10u - last.exchanges);
  }
}

TEST_F(Orphans, WhatIsWholeIsSealedAndADamagedFileIsKept) {
  const auto whole = unsealed_bytes(10);
  const auto places = chunk_places(whole);
  for (const auto broken : {places[1].data + 20, places.back().data + 20, places[1].begin + 30}) {
    auto bytes = whole;
    bytes[broken] = static_cast<char>(bytes[broken] ^ 1);
    write_file(at(".part"), bytes);
    const auto told = start();
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told[0].fate, OrphanFate::damaged);
    EXPECT_EQ(told[0].chunks_lost, 1u);
    EXPECT_FALSE(std::filesystem::exists(at(".part")));
    EXPECT_EQ(read_file(at(".damaged")), bytes);
    const auto back = read_back_file(at());
    EXPECT_TRUE(back.sealed);
    EXPECT_EQ(back.exchanges.size(), 10u - places[1].exchanges);
  }
}

TEST_F(Orphans, AHeaderThatNobodyCanReadIsKeptAndAHeaderAloneIsNot) {
  const auto whole = unsealed_bytes(5);
  write_file(at(".part"), "no capture at all");
  EXPECT_EQ(start().at(0).fate, OrphanFate::damaged);
  EXPECT_EQ(read_file(at(".damaged")), "no capture at all");
  std::filesystem::remove(at(".damaged"));
  write_file(at(".part"), whole.substr(0, chunk_places(whole)[0].begin));
  EXPECT_EQ(start().at(0).fate, OrphanFate::empty);
  EXPECT_FALSE(std::filesystem::exists(at()));
  EXPECT_FALSE(std::filesystem::exists(at(".part")));
}

TEST_F(Orphans, WhatARecorderStillWritesIsLeftAlone) {
  auto first = Recorder::open(options_);
  ASSERT_TRUE(first.has_value());
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(append_whole(**first, sample_exchange(1).view));
  ASSERT_TRUE(eventually([&] { return !files_in(options_.directory).empty(); }));
  const auto open_file = files_in(options_.directory).at(0);
  const CaptureDirectory directory = *CaptureDirectory::open(options_.directory);
  OrphanFiles orphans(directory, options_.service);
  orphans.find();
  EXPECT_TRUE(orphans.done());
  EXPECT_TRUE(orphans.gap().empty());
  EXPECT_TRUE(std::filesystem::exists(open_file));
}

TEST_F(Orphans, OneOfTwoTakesAnOrphan) {
  write_file(at(".part"), unsealed_bytes(5));
  const CaptureDirectory directory = *CaptureDirectory::open(options_.directory);
  OrphanFiles one(directory, options_.service);
  OrphanFiles other(directory, options_.service);
  one.find();
  other.find();
  EXPECT_FALSE(one.done());
  EXPECT_TRUE(other.done());
}

TEST_F(Orphans, LinksYoungEmptyFilesAndOtherServicesAreNotTouched) {
  const auto outside = directory_.path() / "outside";
  write_file(outside, unsealed_bytes(5));
  std::filesystem::create_symlink(outside, at(".part"));
  write_file(options_.directory / ("billing-" + std::string(kName) + ".part"), "x");
  write_file(options_.directory / "understudy-young.ucap.zst.part", "");
  const CaptureDirectory directory = *CaptureDirectory::open(options_.directory);
  OrphanFiles orphans(directory, options_.service);
  orphans.find();
  EXPECT_TRUE(orphans.done());
}

TEST_F(Orphans, EncryptedChunksKeepTheirBytesUnderTheFinalName) {
  auto bytes = unsealed_bytes(5);
  const auto place = chunk_places(bytes)[0];
  auto header = *decode_chunk_header(std::string_view(bytes).substr(place.begin));
  header.flags |= kEncrypted;
  const auto changed = encode(header);
  bytes.replace(place.begin, changed.size(), changed.data(), changed.size());
  write_file(at(".part"), bytes);
  EXPECT_EQ(start().at(0).fate, OrphanFate::renamed);
  EXPECT_EQ(read_file(at()), bytes);
}

}  // namespace
}  // namespace understudy::capture::testing
