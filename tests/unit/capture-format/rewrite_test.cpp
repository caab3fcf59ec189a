#include "capture-format/file_writer.hpp"
#include "capture-format/merge/time_sorter.hpp"
#include "tests/unit/capture-format/command_line.hpp"
#include "tests/unit/capture-format/sample_exchange.hpp"

#include <algorithm>
#include <filesystem>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

class Rewrite : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }
  std::size_t hidden_files() const {
    std::size_t hidden = 0;
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path()))
      hidden += entry.path().filename().string().starts_with('.') ? 1 : 0;
    return hidden;
  }

  TemporaryDirectory directory_;
};

TEST_F(Rewrite, RecoverOfAnIntactFileLosesNothingAndSaysSo) {
  const auto bytes = capture_of_samples(0, 60);
  write_file(path("in"), bytes);
  const auto result = run_capture({"recover", path("in"), "-o", path("out")});
  EXPECT_EQ(result.code, ExitCode::ok) << result.err;
  EXPECT_EQ(read_back_file(path("out")).exchanges, read_back_bytes(bytes).exchanges);
  EXPECT_TRUE(read_back_file(path("out")).sealed);
}

TEST_F(Rewrite, RecoverKeepsEveryWholeChunkWhereverTheFileIsCut) {
  const auto bytes = capture_of_samples(0, 40);
  const auto places = chunk_places(bytes);
  const auto all = read_back_bytes(bytes).exchanges;
  std::mt19937 random(7);
  for (int i = 0; i < 25; ++i) {
    const auto cut = places.front().begin + random() % (bytes.size() - places.front().begin);
    std::size_t whole = 0;
    for (const auto& place : places)
      if (place.end <= cut) whole += place.exchanges;
    write_file(path("torn"), bytes.substr(0, cut));
    const auto result = run_capture({"recover", "--force", path("torn"), "-o", path("out")});
    const auto recovered = read_back_file(path("out"));
    ASSERT_EQ(recovered.exchanges.size(), whole) << cut;
    ASSERT_TRUE(std::equal(recovered.exchanges.begin(), recovered.exchanges.end(), all.begin()));
    ASSERT_EQ(recovered.damage.incidents, 0u);
    const bool at_edge = std::any_of(places.begin(), places.end(), [cut](const ChunkPlace& place) {
      return place.begin == cut || place.end == cut;
    });
    ASSERT_EQ(result.code, at_edge ? ExitCode::ok : ExitCode::failed) << cut << result.out;
  }
}

TEST_F(Rewrite, RecoverNamesWhatADamagedChunkCost) {
  auto bytes = capture_of_samples(0, 40);
  const auto places = chunk_places(bytes);
  bytes[places[1].data + 20] ^= 1;
  write_file(path("damaged"), bytes);
  const auto result = run_capture({"recover", "--json", path("damaged"), "-o", path("out")});
  EXPECT_EQ(result.code, ExitCode::failed);
  EXPECT_NE(result.out.find("\"chunks_lost\":1"), std::string::npos) << result.out;
  EXPECT_EQ(read_back_file(path("out")).exchanges.size(), 40u - places[1].exchanges);
}

std::vector<SampleExchange> shuffled(std::uint64_t first, std::uint64_t count, unsigned seed) {
  std::vector<SampleExchange> exchanges;
  for (std::uint64_t i = first; i < first + count; ++i) exchanges.push_back(sample_exchange(i));
  std::shuffle(exchanges.begin(), exchanges.end(), std::mt19937(seed));
  return exchanges;
}

std::vector<std::uint64_t> starts_of(const std::string& file) {
  std::vector<std::uint64_t> starts;
  auto reader = Reader::open(file);
  while (const auto* exchange = reader->next()) starts.push_back(exchange->start_ns);
  return starts;
}

TEST_F(Rewrite, MergeOrdersUnorderedFilesByTimeAndKeepsConnectionsApart) {
  std::vector<std::string> command{"merge", "-o", path("out")};
  std::size_t connections = 0;
  for (unsigned file = 0; file < 5; ++file) {
    const auto name = path("in" + std::to_string(file));
    write_file(name, capture_of(shuffled(file * 20, 100, file)));
    command.push_back(name);
    std::set<std::uint64_t> own;
    auto reader = Reader::open(name);
    while (const auto* exchange = reader->next()) own.insert(exchange->connection_id);
    connections += own.size();
  }
  const auto result = run_capture(command);
  ASSERT_EQ(result.code, ExitCode::ok) << result.err;
  const auto starts = starts_of(path("out"));
  EXPECT_EQ(starts.size(), 500u);
  EXPECT_TRUE(std::is_sorted(starts.begin(), starts.end()));
  std::set<std::uint64_t> merged;
  auto reader = Reader::open(path("out"));
  while (const auto* exchange = reader->next()) merged.insert(exchange->connection_id);
  EXPECT_EQ(merged.size(), connections);
}

TEST_F(Rewrite, MergeOfUnscrubbedFilesWantsTheFlagAndMarksItsOutput) {
  write_file(path("log"), "198.18.0.1 - - [10/Oct/2023:13:55:36 +0200] \"GET /a HTTP/1.1\" 200 1\n");
  ASSERT_EQ(
      run_capture({"import", "--from", "access-log", "--allow-unscrubbed", path("log"), "-o", path("raw")})
          .code,
      ExitCode::ok);
  for (const auto* command : {"merge", "compact", "recover"})
    EXPECT_EQ(run_capture({command, path("raw"), "-o", path("out")}).code, ExitCode::usage) << command;
  EXPECT_FALSE(std::filesystem::exists(path("out")));
  ASSERT_EQ(run_capture({"merge", "--allow-unscrubbed", path("raw"), "-o", path("out")}).code, ExitCode::ok);
  EXPECT_TRUE(read_back_file(path("out")).contains_unscrubbed);
}

TEST_F(Rewrite, SortingInLittleMemoryGivesTheSameAsInMuch) {
  const auto exchanges = shuffled(0, 1200, 3);
  std::vector<std::string> expected;
  for (const std::size_t memory : {std::size_t{64} << 20, std::size_t{8} << 10}) {
    TimeSorter::Options options;
    options.scratch = directory_.path();
    options.memory_bytes = memory;
    TimeSorter sorter(options);
    for (const auto& each : exchanges) ASSERT_TRUE(sorter.add(each.view).has_value());
    std::vector<std::string> sorted;
    ASSERT_TRUE(sorter.finish().has_value());
    while (const auto* each = sorter.next().value()) sorted.push_back(describe(*each));
    ASSERT_EQ(sorted.size(), 1200u);
    if (expected.empty()) expected = sorted;
    EXPECT_TRUE(sorted == expected);
  }
  EXPECT_EQ(hidden_files(), 0u);
}

TEST_F(Rewrite, PartsOfASplitHoldEveryExchangeOnceAndSessionsWhole) {
  write_file(path("in"), capture_of_samples(0, 200));
  for (const auto* by : {"connection", "shard", "endpoint", "time"}) {
    const auto parts = path(std::string("parts-") + by);
    const auto result =
        run_capture({"split", "--by", by, "--parts", "3", "--every", "1h", path("in"), "-o", parts});
    ASSERT_EQ(result.code, ExitCode::ok) << result.err;
    std::multiset<std::string> together;
    std::set<std::uint64_t> seen;
    for (const auto& file : files_in(parts)) {
      std::set<std::uint64_t> here;
      auto reader = Reader::open(file);
      while (const auto* exchange = reader->next()) {
        together.insert(describe(*exchange));
        here.insert(exchange->connection_id);
      }
      if (std::string_view(by) != "connection") continue;
      for (const auto connection : here) EXPECT_TRUE(seen.insert(connection).second);
    }
    const auto all = read_back_file(path("in")).exchanges;
    EXPECT_EQ(together, std::multiset<std::string>(all.begin(), all.end())) << by;
  }
}

TEST_F(Rewrite, ASplitCarriesTheGapsOfItsInputs) {
  FileWriterOptions options;
  options.output = path("in");
  auto writer = FileWriter::open(options);
  ASSERT_TRUE(writer.has_value());
  for (std::uint64_t i = 0; i < 9; ++i) ASSERT_TRUE((*writer)->append(sample_exchange(i).view));
  Gap gap;
  gap.add(GapReason::disk_full, 5, 50, 1'700'000'000'000'000'000);
  (*writer)->add_gap(gap);
  ASSERT_TRUE((*writer)->finish());
  const auto result =
      run_capture({"split", "--json", "--by", "connection", "--parts", "2", path("in"), "-o", path("parts")});
  ASSERT_EQ(result.code, ExitCode::ok) << result.err;
  EXPECT_EQ(result.out.find("{\"parts\":["), 0u) << result.out;
  std::uint64_t lost = 0;
  for (const auto& file : files_in(path("parts"))) lost += read_back_file(file).gaps.exchanges;
  EXPECT_EQ(lost, 5u);
}

TEST_F(Rewrite, CompactedFilesAreSmallerAndEqual) {
  write_file(path("in"), capture_of_samples(0, 600, 4096));
  ASSERT_EQ(run_capture({"compact", path("in"), "-o", path("out")}).code, ExitCode::ok);
  EXPECT_EQ(read_back_file(path("out")).exchanges, read_back_file(path("in")).exchanges);
  EXPECT_LT(std::filesystem::file_size(path("out")), std::filesystem::file_size(path("in")));
}

}  // namespace
}  // namespace understudy::capture::testing
