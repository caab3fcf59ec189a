// Several captures as one stream by time: in memory where chunks overlap a little, on disk where they overlap
// too much, and over damage.
#include "capture-format/merge/merge_reader.hpp"

#include "tests/unit/capture-format/command_line.hpp"
#include "tests/unit/capture-format/sample_exchange.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

class Merging : public ::testing::Test {
 protected:
  std::filesystem::path file(const std::string& name, std::string_view bytes) {
    const auto path = directory_.path() / name;
    write_file(path, bytes);
    return path;
  }

  MergeOptions in_memory(std::size_t bytes) const {
    MergeOptions options;
    options.memory_bytes = bytes;
    options.decode_threads = 3;
    options.scratch = directory_.path();
    return options;
  }

  TemporaryDirectory directory_;
};

struct Merged {
  std::vector<std::string> exchanges;
  std::vector<std::uint64_t> starts;
  std::vector<std::size_t> sources;
  std::vector<MergeSource> files;
  bool on_disk = false;
};

Merged merged(const std::vector<std::filesystem::path>& paths, const MergeOptions& options) {
  Merged all;
  auto reader = MergeReader::open(paths, options);
  EXPECT_TRUE(reader.has_value()) << reader.error().message;
  while (const auto* exchange = reader->next().value()) {
    all.exchanges.push_back(describe(*exchange));
    all.starts.push_back(exchange->start_ns);
    all.sources.push_back(reader->source());
  }
  all.files = reader->sources();
  all.on_disk = reader->sorts_on_disk();
  return all;
}

std::string capture_of_numbers(const std::vector<std::uint64_t>& numbers) {
  std::vector<SampleExchange> samples;
  for (const auto number : numbers) samples.push_back(sample_exchange(number));
  return capture_of(samples);
}

std::vector<std::uint64_t> every_third(std::uint64_t first, std::uint64_t count) {
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t i = 0; i < count; ++i) numbers.push_back(first + 3 * i);
  return numbers;
}

constexpr std::size_t kMuch = std::size_t{64} << 20;
constexpr std::size_t kLittle = std::size_t{48} << 10;

TEST_F(Merging, InterleavedFilesComeInTheOrderOfTimeInLittleMemory) {
  std::vector<std::filesystem::path> paths;
  for (std::uint64_t i = 0; i < 3; ++i)
    paths.push_back(file("f" + std::to_string(i), capture_of_numbers(every_third(i, 200))));
  const auto all = merged(paths, in_memory(kMuch));
  EXPECT_FALSE(all.on_disk);
  ASSERT_EQ(all.exchanges.size(), 600U);
  for (std::uint64_t i = 0; i < 600; ++i) {
    ASSERT_EQ(all.exchanges[i], describe(sample_exchange(i).view));
    ASSERT_EQ(all.sources[i], i % 3);
  }
  const auto tight = merged(paths, in_memory(kLittle));
  EXPECT_FALSE(tight.on_disk) << "only a few chunks overlap at a time";
  EXPECT_EQ(tight.exchanges, all.exchanges);
  for (const auto& source : all.files) {
    EXPECT_EQ(source.totals.exchanges, 200U);
    EXPECT_EQ(source.damage.incidents, 0U);
    EXPECT_TRUE(source.sealed);
  }
}

TEST_F(Merging, AStragglerThatStandsLateComesInItsPlace) {
  std::vector<std::uint64_t> numbers = every_third(3, 300);
  numbers.push_back(1);  // ended long after it had begun
  const auto path = file("straggler", capture_of_numbers(numbers));
  const auto all = merged({path}, in_memory(kMuch));
  ASSERT_EQ(all.exchanges.size(), 301U);
  EXPECT_EQ(all.exchanges.front(), describe(sample_exchange(1).view));
  EXPECT_TRUE(std::is_sorted(all.starts.begin(), all.starts.end()));
}

TEST_F(Merging, WhatOverlapsTooMuchIsSortedOnDiskWithTheSameResult) {
  std::vector<std::filesystem::path> paths;
  std::mt19937 random(5);
  for (std::uint64_t i = 0; i < 3; ++i) {
    auto numbers = every_third(i, 300);
    std::shuffle(numbers.begin(), numbers.end(), random);
    paths.push_back(file("f" + std::to_string(i), capture_of_numbers(numbers)));
  }
  const auto in_ram = merged(paths, in_memory(kMuch));
  const auto on_disk = merged(paths, in_memory(kLittle));
  EXPECT_FALSE(in_ram.on_disk);
  EXPECT_TRUE(on_disk.on_disk);
  EXPECT_EQ(in_ram.exchanges.size(), 900U);
  EXPECT_EQ(on_disk.exchanges, in_ram.exchanges);
  EXPECT_EQ(on_disk.sources, in_ram.sources);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_.path()), {}), 3)
      << "nothing is left";
}

TEST_F(Merging, DamageCostsItsChunkAndIsToldOfItsFile) {
  const auto bytes = capture_of_samples(0, 120);
  const auto places = chunk_places(bytes);
  std::mt19937_64 random(23);
  const char* more = std::getenv("UNDERSTUDY_MUTATIONS");
  const auto rounds = more != nullptr ? std::strtoull(more, nullptr, 10) : 40;
  for (std::size_t round = 0; round < rounds; ++round) {
    auto damaged = bytes;
    if (round % 4 == 3)
      damaged.erase(random() % damaged.size(), 1 + random() % 3000);
    else
      damaged[random() % damaged.size()] ^= static_cast<char>(1 + random() % 255);
    const auto whole = file("whole", capture_of_samples(200, 20));
    const auto torn = file("torn", damaged);
    const auto expected = read_back_bytes(damaged);
    const auto all = merged({torn, whole}, in_memory(round % 2 == 0 ? kMuch : kLittle));
    ASSERT_EQ(all.exchanges.size(), expected.exchanges.size() + 20) << "round " << round;
    ASSERT_TRUE(std::equal(expected.exchanges.begin(), expected.exchanges.end(), all.exchanges.begin()));
    ASSERT_EQ(all.files[0].damage.chunks_lost, expected.damage.chunks_lost) << "round " << round;
    ASSERT_NE(all.files[0].damage.incidents, 0U);
    ASSERT_EQ(all.files[1].damage.incidents, 0U);
  }
}

TEST_F(Merging, AFilterReadsOnlyTheChunksThatItNeeds) {
  const std::vector<std::string> terms{"time>=2023-11-14T22:13:20.150Z", "status=5xx"};
  const auto path = file("f", capture_of_samples(0, 300));
  auto options = in_memory(kMuch);
  options.filter = *Filter::parse(terms);
  const auto all = merged({path}, options);
  std::uint64_t expected = 0;
  for (std::uint64_t i = 150; i < 300; ++i) expected += i % 11 == 0 && i % 17 != 0 ? 1 : 0;
  EXPECT_EQ(all.exchanges.size(), expected);
  EXPECT_LT(all.files[0].totals.chunks, chunk_places(read_file(path)).size());
}

TEST_F(Merging, CatOfADirectoryIsInTheOrderOfTime) {
  file("b.ucap.zst", capture_of_numbers(every_third(0, 50)));
  file("a.ucap.zst.part", capture_of_numbers(every_third(1, 50)));
  file(".hidden.ucap.zst", "not looked at");
  file("notes.txt", "not looked at");
  const auto result = run_capture({"cat", directory_.path().string()});
  EXPECT_EQ(result.code, ExitCode::ok) << result.err;
  std::vector<std::string> times;
  for (std::size_t at = 0; at < result.out.size(); at = result.out.find('\n', at) + 1)
    times.push_back(result.out.substr(at, result.out.find(' ', at) - at));
  EXPECT_EQ(times.size(), 100U);
  EXPECT_TRUE(std::is_sorted(times.begin(), times.end()));
  EXPECT_EQ(run_capture({"cat", "--count", directory_.path().string()}).out, "100\n");
}

TEST_F(Merging, AnInterruptedSortingFails) {
  auto options = in_memory(kLittle);
  options.keep_going = [](std::uint64_t, std::uint64_t) { return false; };
  std::vector<std::uint64_t> numbers = every_third(0, 300);
  std::reverse(numbers.begin(), numbers.end());
  numbers.push_back(900);
  std::mt19937 random(2);
  std::shuffle(numbers.begin(), numbers.end(), random);
  auto reader = MergeReader::open({file("f", capture_of_numbers(numbers))}, options);
  ASSERT_TRUE(reader.has_value());
  ASSERT_TRUE(reader->sorts_on_disk());
  EXPECT_FALSE(reader->next().has_value());
}

}  // namespace
}  // namespace understudy::capture::testing
