// A reader with threads gives what one without gives: exchanges, their order, damage and totals.
#include "capture-format/reader.hpp"
#include "tests/unit/capture-format/sample_exchange.hpp"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

ReaderOptions with_threads(unsigned threads) {
  ReaderOptions options;
  options.decode_threads = threads;
  options.threads_from_bytes = 0;
  return options;
}

void expect_same(const std::string& bytes) {
  auto alone = Reader::from_bytes(bytes);
  auto threaded = Reader::from_bytes(bytes, with_threads(4));
  ASSERT_EQ(alone.has_value(), threaded.has_value());
  if (!alone) return;
  const auto expected = read_back(std::move(*alone));
  const auto back = read_back(std::move(*threaded));
  ASSERT_EQ(back.exchanges, expected.exchanges);
  ASSERT_EQ(back.damage.chunks_lost, expected.damage.chunks_lost);
  ASSERT_EQ(back.damage.bytes_skipped, expected.damage.bytes_skipped);
  ASSERT_EQ(back.damage.incidents, expected.damage.incidents);
  ASSERT_EQ(back.damage.notes, expected.damage.notes);
  ASSERT_EQ(back.totals.chunks, expected.totals.chunks);
  ASSERT_EQ(back.totals.raw_bytes, expected.totals.raw_bytes);
  ASSERT_EQ(back.totals.stored_bytes, expected.totals.stored_bytes);
  ASSERT_EQ(back.totals.position, expected.totals.position);
  ASSERT_EQ(back.sealed, expected.sealed);
  ASSERT_EQ(back.contains_unscrubbed, expected.contains_unscrubbed);
}

TEST(ParallelReader, GivesTheSameAsASequentialOne) {
  expect_same(capture_of_samples(0, 400));
  expect_same(capture_of_samples(0, 100) + capture_of_samples(500, 100));
}

TEST(ParallelReader, TellsTheSameDamage) {
  const auto bytes = capture_of_samples(0, 60) + capture_of_samples(200, 30);
  std::mt19937_64 random(17);
  for (int round = 0; round < 60; ++round) {
    auto damaged = bytes;
    for (int i = 0; i < 3; ++i) damaged[random() % damaged.size()] ^= static_cast<char>(1 + random() % 255);
    if (round % 3 == 0) damaged.resize(random() % damaged.size());
    ASSERT_NO_FATAL_FAILURE(expect_same(damaged)) << "round " << round;
  }
}

TEST(ParallelReader, ALittleReadAheadIsEnough) {
  auto options = with_threads(3);
  options.read_ahead_bytes = 1;
  auto reader = Reader::from_bytes(capture_of_samples(0, 200), options);
  ASSERT_TRUE(reader.has_value());
  EXPECT_EQ(read_back(std::move(*reader)).exchanges.size(), 200U);
}

TEST(ParallelReader, MayBeLeftBeforeTheEnd) {
  const auto bytes = capture_of_samples(0, 200);
  for (int taken = 0; taken < 40; taken += 13) {
    auto reader = Reader::from_bytes(bytes, with_threads(4));
    ASSERT_TRUE(reader.has_value());
    for (int i = 0; i < taken; ++i) ASSERT_NE(reader->next(), nullptr);
  }
}

TEST(ParallelReader, FiltersAsASequentialOneDoes) {
  const std::vector<std::string> terms{"status=5xx"};
  auto options = with_threads(4);
  options.filter = *Filter::parse(terms);
  const auto bytes = capture_of_samples(0, 400);
  auto threaded = Reader::from_bytes(bytes, options);
  options.decode_threads = 1;
  auto alone = Reader::from_bytes(bytes, options);
  EXPECT_EQ(read_back(std::move(*threaded)).exchanges, read_back(std::move(*alone)).exchanges);
}

}  // namespace
}  // namespace understudy::capture::testing
