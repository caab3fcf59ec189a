// Truncation at every place, bit flips anywhere, captures inside captures: whole chunks come back, nothing
// false does.
#include "capture-format/layout/file_header.hpp"
#include "capture-format/layout/zstd_frame.hpp"
#include "tests/unit/capture-format/sample_exchange.hpp"

#include <algorithm>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

constexpr std::uint64_t kSamples = 60;

/// Every exchange that came back is an original one, and they are in order.
void expect_no_false_record(const std::vector<std::string>& back, const std::vector<std::string>& originals) {
  std::size_t at = 0;
  for (const auto& exchange : back) {
    while (at < originals.size() && originals[at] != exchange) ++at;
    ASSERT_LT(at, originals.size()) << "a false or displaced record:\n" << exchange;
    ++at;
  }
}

/// A capture of several chunks that is small enough to be read ten thousand times.
struct SmallCapture {
  std::string bytes;
  std::vector<std::string> originals;

  SmallCapture() {
    std::vector<SampleExchange> samples;
    for (std::uint64_t i = 0; i < 24; ++i) samples.push_back(sample_exchange(i, 100));
    bytes = capture_of(samples);
    for (const auto& sample : samples) originals.push_back(describe(sample.view));
  }
};

TEST(Damage, TruncatedAnywhereAllWholeChunksComeBack) {
  const auto [bytes, originals] = SmallCapture();
  const auto places = chunk_places(bytes);
  ASSERT_GT(places.size(), 3u);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    std::size_t expected = 0;
    for (const auto& place : places) expected += place.end <= cut ? place.exchanges : 0;
    const auto back = read_back_bytes(bytes.substr(0, cut));
    ASSERT_EQ(back.exchanges.size(), expected) << "cut at " << cut;
    expect_no_false_record(back.exchanges, originals);
    ASSERT_LE(back.damage.chunks_lost, 1u);
    ASSERT_FALSE(back.sealed);
    // Before the end of the magic it could be any file.
    const bool between_frames =
        std::any_of(places.begin(), places.end(), [cut](auto& p) { return p.end == cut; }) ||
        cut < kSkippableHeadBytes + kFileMagic.size() || cut == places[0].begin;
    ASSERT_EQ(back.damage.notes.empty(), between_frames) << "cut at " << cut;
  }
}

TEST(Damage, AFlippedBitAnywhereCostsAtMostOneChunk) {
  const auto [bytes, originals] = SmallCapture();
  const auto places = chunk_places(bytes);
  const auto largest = std::max_element(places.begin(), places.end(), [](auto& a, auto& b) {
                         return a.exchanges < b.exchanges;
                       })->exchanges;
  std::mt19937_64 random(7);
  for (int round = 0; round < 10'000; ++round) {
    auto damaged = bytes;
    const auto at = random() % damaged.size();
    damaged[at] = static_cast<char>(damaged[at] ^ 1 << random() % 8);
    const auto back = read_back_bytes(damaged);
    ASSERT_GE(back.exchanges.size() + largest, originals.size()) << "byte " << at;
    ASSERT_LE(back.damage.chunks_lost, 1u) << "byte " << at;
    ASSERT_FALSE(back.damage.notes.empty()) << "byte " << at;
    expect_no_false_record(back.exchanges, originals);
  }
}

TEST(Damage, SeveralDamagesCostAtMostOneChunkEach) {
  const auto bytes = capture_of_samples(0, kSamples);
  const auto originals = described(0, kSamples);
  const auto chunks = chunk_places(bytes).size();
  std::mt19937_64 random(11);
  for (int round = 0; round < 2'000; ++round) {
    auto damaged = bytes;
    constexpr std::size_t kDamages = 3;
    for (std::size_t i = 0; i < kDamages; ++i)
      damaged[random() % damaged.size()] ^= static_cast<char>(1 + random() % 255);
    const auto back = read_back_bytes(damaged);
    expect_no_false_record(back.exchanges, originals);
    ASSERT_GE(back.totals.chunks + kDamages, chunks);
  }
}

TEST(Damage, LostChunksAndReadChunksAddUp) {
  const auto bytes = capture_of_samples(0, kSamples);
  const auto places = chunk_places(bytes);
  for (std::size_t i = 0; i < places.size(); ++i) {
    auto header_damaged = bytes;
    header_damaged[places[i].begin + 100] ^= 1;
    auto data_damaged = bytes;
    data_damaged[places[i].data + 20] ^= 1;
    auto cut_out = bytes;
    cut_out.erase(places[i].begin, places[i].end - places[i].begin);
    for (const auto& damaged : {header_damaged, data_damaged, cut_out}) {
      const auto back = read_back_bytes(damaged);
      EXPECT_EQ(back.damage.chunks_lost, 1u) << "chunk " << i;
      EXPECT_EQ(back.exchanges.size(), kSamples - places[i].exchanges) << "chunk " << i;
      EXPECT_TRUE(back.sealed);
    }
  }
}

constexpr std::uint64_t kFewSamples = 16;

/// The file with that bit flipped.
ReadBack read_with_flipped_bit(std::string bytes, std::size_t bit) {
  bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ 1 << bit % 8);
  return read_back_bytes(std::move(bytes));
}

TEST(Damage, AnyBitOfAChunkHeaderCostsOneChunkAndNoProvenance) {
  const auto bytes = capture_of_samples(0, kFewSamples);
  const auto place = chunk_places(bytes).back();
  for (auto bit = 8 * place.begin; bit < 8 * place.data; ++bit) {
    const auto back = read_with_flipped_bit(bytes, bit);
    ASSERT_EQ(back.damage.chunks_lost, 1u) << "bit " << bit;
    ASSERT_EQ(back.exchanges.size(), kFewSamples - place.exchanges) << "bit " << bit;
    ASSERT_FALSE(back.contains_unscrubbed) << "bit " << bit;
  }
}

TEST(Damage, AnyBitAtTheEdgesOfASummaryIsToldAndCostsNoChunk) {
  const auto bytes = capture_of_samples(0, kFewSamples);
  const auto summary = chunk_places(bytes).back().end;
  for (auto bit = 8 * summary; bit < 8 * bytes.size(); ++bit) {
    if (bit == 8 * (summary + 40)) bit = 8 * (bytes.size() - 40);
    const auto back = read_with_flipped_bit(bytes, bit);
    ASSERT_EQ(back.damage.chunks_lost, 0u) << "bit " << bit;
    ASSERT_NE(back.damage.incidents, 0u) << "bit " << bit;
    ASSERT_EQ(back.exchanges.size(), kFewSamples) << "bit " << bit;
  }
}

TEST(Damage, GarbageBetweenChunksIsSkippedAndNoChunkCountsAsLost) {
  const auto bytes = capture_of_samples(0, kSamples);
  auto damaged = bytes;
  damaged.insert(chunk_places(bytes)[2].begin, std::string(1000, 'g'));
  const auto back = read_back_bytes(damaged);
  EXPECT_EQ(back.exchanges.size(), kSamples);
  EXPECT_EQ(back.damage.chunks_lost, 0u);
  EXPECT_EQ(back.damage.bytes_skipped, 1000u);
}

TEST(Damage, AChunkThatStandsTwiceIsReadOnce) {
  const auto bytes = capture_of_samples(0, kSamples);
  const auto place = chunk_places(bytes)[1];
  auto doubled = bytes;
  doubled.insert(place.end, bytes.substr(place.begin, place.end - place.begin));
  const auto back = read_back_bytes(doubled);
  EXPECT_EQ(back.exchanges, described(0, kSamples));
  EXPECT_FALSE(back.damage.notes.empty());
}

TEST(Damage, AFileAfterATornFileIsReadWhole) {
  const auto first = capture_of_samples(0, kSamples);
  const auto second = capture_of_samples(200, kSamples);
  const auto places = chunk_places(first);
  for (std::size_t cut = places[0].begin + 1; cut < first.size(); cut += 29) {
    std::size_t expected = kSamples;
    for (const auto& place : places) expected += place.end <= cut ? place.exchanges : 0;
    const auto back = read_back_bytes(first.substr(0, cut) + second);
    ASSERT_EQ(back.exchanges.size(), expected) << "cut at " << cut;
  }
}

TEST(Damage, ADamagedHeaderOfTheSecondFileCostsItsProvenanceOnly) {
  const auto first = capture_of_samples(0, kSamples);
  const auto second = capture_of_samples(200, kSamples);
  for (const std::size_t at : {0u, 5u, 9u, 20u, 300u}) {
    auto bytes = first + second;
    bytes[first.size() + at] ^= 4;
    const auto back = read_back_bytes(bytes);
    EXPECT_EQ(back.exchanges.size(), 2 * kSamples) << "byte " << at;
    EXPECT_TRUE(back.contains_unscrubbed) << "unknown provenance must count as unscrubbed, byte " << at;
  }
}

TEST(Damage, TheEndOfAFileWithTheNextHeaderCostsTheProvenanceOfTheSecondOnly) {
  const auto first = capture_of_samples(0, kSamples);
  const auto second = capture_of_samples(200, kSamples);
  const auto last = chunk_places(first).back();
  for (const auto from : {last.begin + 5, last.end - 9, first.size() - 40}) {
    auto overwritten = first + second;
    std::fill(overwritten.begin() + static_cast<std::ptrdiff_t>(from),
              overwritten.begin() + static_cast<std::ptrdiff_t>(first.size() + 700), 'x');
    auto missing = first + second;
    missing.erase(from, first.size() + 700 - from);
    for (const auto& bytes : {overwritten, missing}) {
      const auto back = read_back_bytes(bytes);
      const auto lost = from < last.end ? last.exchanges : 0;
      EXPECT_EQ(back.exchanges.size(), 2 * kSamples - lost) << "from " << from;
      EXPECT_TRUE(back.contains_unscrubbed);
      EXPECT_TRUE(back.sealed);
    }
  }
}

TEST(Damage, AChunkThatMovedForwardIsReadWhereTheLengthBeforeItLeadsBehindIt) {
  const auto bytes = capture_of_samples(0, kSamples);
  const auto places = chunk_places(bytes);
  std::size_t tried = 0;
  for (std::size_t i = 1; i + 1 < places.size(); ++i) {
    const auto missing = places[i + 1].end - places[i + 1].begin;
    if (missing + 20 > places[i].end - places[i].data) continue;
    auto damaged = bytes;
    damaged.erase(places[i].data + 10, missing);
    EXPECT_EQ(read_back_bytes(damaged).exchanges.size(), kSamples - places[i].exchanges) << "chunk " << i;
    ++tried;
  }
  EXPECT_NE(tried, 0u);
}

TEST(Damage, AFileGoesOnBehindACopyOfAnotherOneThatIsTorn) {
  const auto first = capture_of_samples(0, kSamples);
  const auto second = capture_of_samples(200, kSamples);
  const auto copy = second.substr(0, chunk_places(second)[2].data + 50);
  auto bytes = first + second;
  bytes.insert(chunk_places(first)[1].data + 50, copy);
  const auto back = read_back_bytes(bytes);
  const std::set<std::string> came(back.exchanges.begin(), back.exchanges.end());
  EXPECT_EQ(came.size(), 2 * kSamples - chunk_places(first)[1].exchanges);
}

/// A capture file recorded inside a body, in a chunk that zstd stores as it is.
std::string capture_with_nested_capture(std::string& nested) {
  nested = capture_of_samples(1000, 20);
  std::mt19937_64 random(3);
  std::string noise(200'000, '\0');
  for (char& c : noise) c = static_cast<char>(random());
  auto outer = sample_exchange(0);
  outer.view.request.body = outer.keep(noise.substr(0, 100'000) + nested + noise.substr(100'000));
  std::vector<SampleExchange> samples;
  samples.push_back(std::move(outer));
  for (std::uint64_t i = 1; i < 10; ++i) samples.push_back(sample_exchange(i));
  return capture_of(samples);
}

TEST(Damage, ACaptureInsideABodyIsNeverTakenForRecords) {
  std::string nested;
  const auto bytes = capture_with_nested_capture(nested);
  ASSERT_NE(bytes.find(nested.substr(0, 64)), std::string::npos) << "the nested file must be stored verbatim";
  const auto clean = read_back_bytes(bytes);
  ASSERT_EQ(clean.exchanges.size(), 10u);
  std::mt19937_64 random(5);
  for (int round = 0; round < 3'000; ++round) {
    auto damaged = bytes;
    damaged[random() % damaged.size()] ^= static_cast<char>(1 + random() % 255);
    damaged[random() % damaged.size()] ^= static_cast<char>(1 + random() % 255);
    if (round % 2 == 0) damaged.resize(random() % damaged.size());
    expect_no_false_record(read_back_bytes(damaged).exchanges, clean.exchanges);
  }
}

TEST(Damage, ACaptureInsideABodyIsNoFileWhereTheHeadersBeforeItAreLost) {
  std::string nested;
  auto bytes = capture_with_nested_capture(nested);
  const auto whole = bytes;
  bytes[100] = static_cast<char>(bytes[100] ^ 1);
  for (const auto& place : chunk_places(whole)) bytes[place.begin + 30] ^= 1;
  EXPECT_TRUE(read_back_bytes(bytes).exchanges.empty());
  EXPECT_TRUE(read_back_bytes(bytes.substr(0, bytes.find(nested) + nested.size() + 9)).exchanges.empty());
}

}  // namespace
}  // namespace understudy::capture::testing
