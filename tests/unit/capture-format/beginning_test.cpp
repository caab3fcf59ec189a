// A filter for rare statuses reads no more of a chunk than up to the last exchange that it can want, and
// believes nothing of it that it has not checked.
#include "capture-format/filter.hpp"
#include "capture-format/layout/chunk_header.hpp"
#include "capture-format/layout/key_envelope_message.hpp"
#include "capture-format/reader/chunk_beginning.hpp"
#include "capture-format/reader/chunk_step.hpp"
#include "tests/unit/capture-format/sample_exchange.hpp"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

using Random = std::mt19937_64;

constexpr std::size_t kOneChunk = std::size_t{1} << 20;

/// An exchange that cannot be compressed.
SampleExchange noisy(std::uint64_t number, std::uint32_t status, std::size_t body_bytes = 2000) {
  Random random(number);
  std::string noise(body_bytes, '\0');
  for (char& c : noise) c = static_cast<char>(random());
  auto sample = sample_exchange(number, 10);
  sample.view.has_response = status != 0;
  sample.view.response.status = status;
  sample.view.response.body = sample.keep(noise);
  return sample;
}

/// All in one chunk, `error` with a 503.
std::string with_error_at(std::uint64_t error, std::uint64_t count = 100) {
  std::vector<SampleExchange> samples;
  for (std::uint64_t i = 0; i < count; ++i) samples.push_back(noisy(i, i == error ? 503 : 200));
  return capture_of(samples, kOneChunk);
}

struct Filtered {
  std::vector<std::string> exchanges;
  Damage damage;
  std::uint64_t bytes_read = 0;
};

Filtered filtered(const std::string& bytes, const std::vector<std::string>& terms, unsigned threads = 1) {
  ReaderOptions options;
  options.filter = *Filter::parse(terms);
  options.decode_threads = threads;
  options.threads_from_bytes = 0;
  auto reader = Reader::from_bytes(bytes, options);
  Filtered read;
  while (const auto* exchange = reader->next()) read.exchanges.push_back(describe(*exchange));
  read.damage = reader->damage();
  read.bytes_read = reader->bytes_read();
  return read;
}

const std::vector<std::string> kErrors{"status=5xx"};

TEST(ChunkBeginning, ARareStatusIsFoundWithoutTheRestOfItsChunk) {
  const auto early = with_error_at(3, 400);
  const auto found = filtered(early, kErrors);
  ASSERT_EQ(found.exchanges.size(), 1u);
  EXPECT_EQ(found.exchanges[0], describe(noisy(3, 503).view));
  EXPECT_EQ(found.damage.incidents, 0u);
  EXPECT_LT(found.bytes_read, early.size() / 5);

  const auto last = filtered(with_error_at(399, 400), kErrors);
  EXPECT_EQ(last.exchanges.size(), 1u);
  EXPECT_EQ(last.damage.incidents, 0u);
  EXPECT_LT(last.bytes_read, early.size() * 11 / 10) << "not read twice";
}

TEST(ChunkBeginning, WhatAnotherTermRefusesEndsTheReadingToo) {
  const auto bytes = with_error_at(3);
  const auto none = filtered(bytes, {"status=5xx latency>1h"});
  EXPECT_TRUE(none.exchanges.empty());
  EXPECT_LT(none.bytes_read, bytes.size() / 5);
  EXPECT_TRUE(filtered(bytes, {"status=5xx status=2xx"}).exchanges.empty());
}

TEST(ChunkBeginning, DamageInWhatIsReadIsToldAndBehindItIsNotLookedAt) {
  const auto bytes = with_error_at(10);
  const auto place = chunk_places(bytes).at(0);
  auto before = bytes;
  before[place.data + 9'000] ^= 1;
  const auto lost = filtered(before, kErrors);
  EXPECT_TRUE(lost.exchanges.empty());
  EXPECT_EQ(lost.damage.chunks_lost, 1u);
  auto behind = bytes;
  behind[place.end - 100] ^= 1;
  const auto found = filtered(behind, kErrors);
  EXPECT_EQ(found.exchanges.size(), 1u);
  EXPECT_EQ(found.damage.incidents, 0u);
  EXPECT_EQ(read_back_bytes(behind).damage.chunks_lost, 1u);
}

TEST(ChunkBeginning, ACutChunkIsLostAlsoWhereTheCutIsBehindWhatIsWanted) {
  const auto bytes = with_error_at(3);
  const auto read = filtered(bytes.substr(0, chunk_places(bytes).at(0).end - 10), kErrors);
  EXPECT_TRUE(read.exchanges.empty());
  EXPECT_EQ(read.damage.chunks_lost, 1u);
}

TEST(ChunkBeginning, PiecesThatFitNothingCostNothing) {
  const auto bytes = with_error_at(3);
  const auto place = chunk_places(bytes).at(0);
  const auto frame = bytes.substr(place.begin, place.data - place.begin);
  const auto header = decode_chunk_header(frame);
  ASSERT_TRUE(header.has_value());
  const auto at = ChunkHeaderOffset::kExtensions;
  const auto extension = decode_chunk_extension(frame.substr(at, frame.size() - kChunkHeaderBytes));
  ASSERT_TRUE(extension.has_value());
  EXPECT_TRUE(extension->pieces.cover(header->stored_bytes));
  const auto expect_found = [&](const ChunkExtension& given) {
    const auto changed = encode(*header, encode(given));
    if (changed.size() == frame.size()) {
      auto other = bytes;
      other.replace(place.begin, frame.size(), changed);
      const auto read = filtered(other, kErrors);
      EXPECT_EQ(read.exchanges.size(), 1u);
      EXPECT_EQ(read.damage.incidents, 0u);
    } else {
      ADD_FAILURE() << "the header has another length now";
    }
  };
  auto wrong = *extension;
  ++wrong.pieces.crc32c.at(0);
  expect_found(wrong);
  auto smaller = *extension;
  smaller.pieces.bytes -= 1;
  expect_found(smaller);
  auto fewer = *extension;
  fewer.pieces.crc32c.pop_back();
  fewer.sealed_index = "12";
  expect_found(fewer);
}

TEST(ChunkBeginning, ADamagedHeaderWithPiecesCostsOneChunk) {
  std::vector<SampleExchange> samples;
  for (std::uint64_t i = 0; i < 30; ++i) samples.push_back(noisy(i, 200));
  const auto bytes = capture_of(samples, 20'000);
  const auto places = chunk_places(bytes);
  ASSERT_GE(places.size(), 3u);
  ASSERT_GT(places[1].data - places[1].begin, kChunkHeaderBytes);
  for (auto at = places[1].begin; at < places[1].data; ++at) {
    auto damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    const auto read = read_back_bytes(damaged);
    EXPECT_EQ(read.exchanges.size(), samples.size() - places[1].exchanges) << at - places[1].begin;
    EXPECT_EQ(read.damage.chunks_lost, 1u) << at - places[1].begin;
  }
}

TEST(ChunkBeginning, AStepTakesAsMuchBeforeItIsDecodedAsAfterwards) {
  ChunkStep step;
  step.event = ScanEvent::chunk;
  step.is_beginning = true;
  step.beginning.resize(1000);
  EXPECT_EQ(step.bytes(), 1000u);
  step.decode();
  EXPECT_EQ(step.bytes(), 1000u);
  // Used anew, for a frame that is no chunk.
  step.event = ScanEvent::summary;
  EXPECT_EQ(step.bytes(), 0u);
}

TEST(ChunkBeginning, FindsWhatAReaderOfAllFinds) {
  const std::vector<std::vector<std::string>> filters{
      {"status=5xx"}, {"status=404|none"},        {"status>=400"},
      {"status=503"}, {"status=5xx method=POST"}, {"status!=200"}};
  Random random(7);
  for (int round = 0; round < 12; ++round) {
    std::vector<SampleExchange> samples;
    const auto rare = 5 + random() % 40;
    for (std::uint64_t i = 0; i < 80; ++i) {
      constexpr std::uint32_t kStatuses[] = {0, 404, 500, 503, 700};
      const auto status = random() % rare == 0 ? kStatuses[random() % 5] : 200;
      samples.push_back(noisy(i, status, random() % 4000));
    }
    const auto bytes = capture_of(samples, 10'000 + random() % 100'000);
    for (const auto& terms : filters) {
      const auto filter = Filter::parse(terms);
      std::vector<std::string> wanted;
      for (const auto& sample : samples)
        if (filter->matches(sample.view)) wanted.push_back(describe(sample.view));
      for (const unsigned threads : {1u, 3u}) {
        const auto read = filtered(bytes, terms, threads);
        EXPECT_EQ(read.exchanges, wanted) << terms[0] << " round " << round;
        EXPECT_EQ(read.damage.incidents, 0u);
      }
    }
  }
}

}  // namespace
}  // namespace understudy::capture::testing
