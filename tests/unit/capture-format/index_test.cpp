#include "tests/unit/capture-format/command_line.hpp"
#include "tests/unit/capture-format/sample_exchange.hpp"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

namespace json = boost::json;

class Index : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }

  TemporaryDirectory directory_;
  std::string bytes_ = capture_of_samples(0, 60);
  std::vector<ChunkPlace> places_ = chunk_places(bytes_);
};

TEST_F(Index, ListsEveryChunkWithItsPlaceAndCounts) {
  write_file(path("a"), bytes_);
  const auto result = run_capture({"index", "--json", path("a")});
  ASSERT_EQ(result.code, ExitCode::ok) << result.err;
  const auto file = json::parse(result.out).at("files").at(0);
  const auto& chunks = file.at("chunks").as_array();
  ASSERT_EQ(chunks.size(), places_.size());
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    EXPECT_EQ(chunks[i].at("offset").to_number<std::size_t>(), places_[i].begin);
    EXPECT_EQ(chunks[i].at("exchanges").to_number<std::uint32_t>(), places_[i].exchanges);
    EXPECT_EQ(chunks[i].at("sequence").to_number<std::size_t>(), i);
  }
  EXPECT_TRUE(file.at("sealed").as_bool());
  const auto text = run_capture({"index", path("a")});
  EXPECT_EQ(static_cast<std::size_t>(std::count(text.out.begin(), text.out.end(), '\n')), places_.size() + 3);
}

TEST_F(Index, RebuildingAMissingSummaryGivesTheFileBackByteForByte) {
  write_file(path("a.ucap.zst.part"), bytes_.substr(0, places_.back().end));
  const auto result = run_capture({"index", "--rebuild", path("a.ucap.zst.part")});
  ASSERT_EQ(result.code, ExitCode::ok) << result.err;
  EXPECT_EQ(read_file(path("a.ucap.zst")), bytes_);
  EXPECT_FALSE(std::filesystem::exists(path("a.ucap.zst.part"))) << "all of it is in the new file";
}

TEST_F(Index, DamageAnywhereInTheSummaryIsRepaired) {
  for (auto at = places_.back().end; at < bytes_.size(); at += 211) {
    auto damaged = bytes_;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x5a);
    write_file(path("a.ucap.zst"), damaged);
    const auto result = run_capture({"index", "--rebuild", path("a.ucap.zst")});
    const auto after = read_file(path("a.ucap.zst"));
    ASSERT_EQ(result.code, ExitCode::ok) << at - places_.back().end << result.err << result.out;
    ASSERT_TRUE(after == bytes_) << at - places_.back().end;
  }
}

TEST_F(Index, AnIntactFileIsLeftAlone) {
  write_file(path("a.ucap.zst"), bytes_);
  const auto changed = std::filesystem::last_write_time(path("a.ucap.zst"));
  const auto result = run_capture({"index", "--rebuild", path("a.ucap.zst")});
  EXPECT_EQ(result.code, ExitCode::ok) << result.err;
  EXPECT_EQ(std::filesystem::last_write_time(path("a.ucap.zst")), changed);
  EXPECT_EQ(files_in(directory_.path()).size(), 1u);
}

TEST_F(Index, ATornEndIsLeftOutSaidAndKept) {
  const auto cut = places_.back().data + 5;
  write_file(path("a.ucap.zst.part"), bytes_.substr(0, cut));
  const auto result = run_capture({"index", "--rebuild", "--json", path("a.ucap.zst.part")});
  EXPECT_EQ(result.code, ExitCode::failed);
  EXPECT_EQ(json::parse(result.out).at("bytes_left_out").to_number<std::size_t>(),
            cut - places_.back().begin);
  EXPECT_TRUE(std::filesystem::exists(path("a.ucap.zst.part")));
  const auto after = read_back_file(path("a.ucap.zst"));
  EXPECT_EQ(after.exchanges.size(), 60 - places_.back().exchanges);
  EXPECT_TRUE(after.sealed);
  EXPECT_EQ(after.damage.incidents, 0u);
}

TEST_F(Index, MoreDamageIsForRecoverAndLeavesNothing) {
  auto damaged = bytes_;
  damaged[places_[1].data + 9] ^= 1;
  write_file(path("a.ucap.zst"), damaged);
  const auto result = run_capture({"index", "--rebuild", path("a.ucap.zst")});
  EXPECT_EQ(result.code, ExitCode::usage);
  EXPECT_NE(result.err.find("capture recover"), std::string::npos) << result.err;
  EXPECT_EQ(read_file(path("a.ucap.zst")), damaged);
  EXPECT_EQ(files_in(directory_.path()).size(), 1u);
}

TEST_F(Index, TheLastOfConcatenatedFilesGetsItsSummary) {
  const auto first = capture_of_samples(100, 20);
  write_file(path("both"), first + bytes_.substr(0, places_.back().end));
  ASSERT_EQ(run_capture({"index", "--rebuild", path("both")}).code, ExitCode::ok);
  EXPECT_EQ(read_file(path("both")), first + bytes_);
}

TEST_F(Index, AFileThatIsBeingWrittenIsNotTouched) {
  write_file(path("a.ucap.zst.part"), bytes_.substr(0, places_.back().end));
  const int writer = open(path("a.ucap.zst.part").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(flock(writer, LOCK_EX | LOCK_NB), 0);
  const auto result = run_capture({"index", "--rebuild", path("a.ucap.zst.part")});
  close(writer);
  EXPECT_EQ(result.code, ExitCode::usage);
  EXPECT_FALSE(std::filesystem::exists(path("a.ucap.zst")));
}

}  // namespace
}  // namespace understudy::capture::testing
