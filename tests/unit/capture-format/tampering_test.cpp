// Somebody who can write to the disk and knows the format, checksums included, but not the key.
#include "capture-format/layout/chunk_header.hpp"
#include "capture-format/layout/file_header.hpp"
#include "capture-format/layout/wire.hpp"
#include "core/base/crc32c.hpp"
#include "tests/unit/capture-format/encrypted_sample.hpp"

#include <algorithm>
#include <cstdlib>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

class Tampering : public ::testing::Test {
 protected:
  void SetUp() override {
    bytes_ = encrypted_samples(keys_, 0, 60);
    places_ = chunk_places(bytes_);
    ASSERT_GE(places_.size(), 5u);
    for (std::uint64_t i = 0; i < 60; ++i) true_.insert(describe(sample_exchange(i).view));
  }

  ReadBack read(const std::string& bytes) const { return read_back_bytes(bytes, keys_); }

  /// What comes back is true, in the order it was written, and the damage is told.
  ReadBack expect_noticed(const std::string& bytes, std::size_t chunks_lost_at_most) const {
    const auto back = read(bytes);
    EXPECT_NE(back.damage.incidents, 0u);
    for (const auto& exchange : back.exchanges) EXPECT_TRUE(true_.contains(exchange));
    EXPECT_EQ(std::set(back.exchanges.begin(), back.exchanges.end()).size(), back.exchanges.size());
    std::size_t in_chunk = 0;
    for (const auto& place : places_) in_chunk = std::max<std::size_t>(in_chunk, place.exchanges);
    EXPECT_GE(back.exchanges.size() + chunks_lost_at_most * in_chunk, true_.size());
    return back;
  }

  std::string chunk(std::size_t i) const {
    return bytes_.substr(places_[i].begin, places_[i].end - places_[i].begin);
  }

  KeyRingPtr keys_ = sample_keys();
  std::string bytes_;
  std::vector<ChunkPlace> places_;
  std::set<std::string> true_;
};

TEST_F(Tampering, AChangedBitAnywhereInACiphertextCostsThatChunk) {
  std::mt19937_64 random(1);
  for (const auto& place : places_) {
    for (int i = 0; i < 8; ++i) {
      auto bytes = bytes_;
      const auto at = place.data + 8 + random() % (place.end - place.data - 8);
      bytes[at] = static_cast<char>(bytes[at] ^ 1 << random() % 8);
      put_checksums_right(bytes, place.begin);
      const auto back = expect_noticed(bytes, 1);
      EXPECT_EQ(back.damage.chunks_lost, 1u);
    }
  }
}

TEST_F(Tampering, EveryAuthenticatedByteOfAHeaderMatters) {
  using At = ChunkHeaderOffset;
  const auto& place = places_[2];
  // Kind, encrypted flag, uuid, sequence number, counts, the whole sealed index.
  std::vector<std::size_t> offsets{At::kKind, At::kFlags};
  for (std::size_t i = 0; i < 16; ++i) offsets.push_back(At::kFileUuid + i);
  for (std::size_t i = 0; i < 8; ++i) offsets.push_back(At::kSequence + i);
  for (std::size_t i = 0; i < 8; ++i) offsets.push_back(At::kRecords + i);
  for (auto at = At::kExtensions; at < place.data - place.begin - 4; ++at) offsets.push_back(at);
  for (const auto offset : offsets) {
    auto bytes = bytes_;
    bytes[place.begin + offset] = static_cast<char>(bytes[place.begin + offset] ^ 1);
    put_checksums_right(bytes, place.begin);
    const auto back = read(bytes);
    EXPECT_NE(back.damage.incidents, 0u) << "offset " << offset;
    EXPECT_LT(back.exchanges.size(), true_.size()) << "offset " << offset;
    for (const auto& exchange : back.exchanges) EXPECT_TRUE(true_.contains(exchange)) << "offset " << offset;
  }
}

TEST_F(Tampering, StatisticsInTheClearAreNotBelieved) {
  using At = ChunkHeaderOffset;
  auto bytes = bytes_;
  for (const auto& place : places_) {
    // "No 5xx in here": a filter that believed it would pass the chunk over.
    wire::store(bytes.data() + place.begin + At::kStatusClass + 8, std::uint32_t{99});
    wire::store(bytes.data() + place.begin + At::kMaxStart, std::uint64_t{1});
    put_checksums_right(bytes, place.begin);
  }
  EXPECT_EQ(read(bytes).exchanges.size(), true_.size());
}

TEST_F(Tampering, TruncationAtEveryFrameEdgeIsNoticed) {
  for (const auto edge : frame_edges(bytes_)) {
    if (edge < places_.front().begin || edge == bytes_.size()) continue;
    const auto back = read(bytes_.substr(0, edge));
    EXPECT_FALSE(back.sealed) << edge;
    EXPECT_NE(back.damage.incidents, 0u) << edge;
  }
  const auto back = read(bytes_.substr(0, places_.back().begin));
  EXPECT_NE(back.damage.notes.front().find("authentic end is missing"), std::string::npos);
}

TEST_F(Tampering, TheEndOfAShorterFileDoesNotFitALongerOne) {
  // The summary says how many chunks there are; both its number and its trailer are put right.
  const auto cut = places_.back();
  auto bytes = bytes_.substr(0, cut.begin) + bytes_.substr(cut.end);
  const auto summary = cut.begin;
  wire::store(bytes.data() + summary + 16, static_cast<std::uint32_t>(places_.size() - 1));
  const auto checked = bytes.size() - 36 - summary;
  wire::store(bytes.data() + bytes.size() - 36, crc32c({bytes.data() + summary, checked}));
  wire::store(bytes.data() + bytes.size() - 24, static_cast<std::uint64_t>(bytes.size()));
  const auto back = read(bytes);
  EXPECT_FALSE(back.sealed);
  EXPECT_NE(back.damage.incidents, 0u);
}

TEST_F(Tampering, APlainSummaryDoesNotEndAnEncryptedFile) {
  const auto plain = capture_of_samples(0, 60);
  const auto trailer = wire::load<std::uint64_t>(plain.data() + plain.size() - 32);
  auto summary = plain.substr(plain.size() - trailer);
  std::copy_n(bytes_.begin() + kFileUuidAt, 8, summary.end() - 16);
  const auto bytes = bytes_.substr(0, places_.back().end) + summary;
  const auto back = read(bytes);
  EXPECT_FALSE(back.sealed);
  EXPECT_NE(back.damage.incidents, 0u);
}

TEST_F(Tampering, ADroppedChunkIsMissed) {
  auto bytes = bytes_;
  bytes.erase(places_[2].begin, places_[2].end - places_[2].begin);
  EXPECT_EQ(expect_noticed(bytes, 1).damage.chunks_lost, 1u);
}

TEST_F(Tampering, ReorderedChunksAreNoticed) {
  auto bytes = bytes_.substr(0, places_[1].begin) + chunk(2) + chunk(1) + bytes_.substr(places_[2].end);
  expect_noticed(bytes, 1);
}

TEST_F(Tampering, AReorderedChunkWithItsNumberPutRightIsNotAuthentic) {
  auto moved = chunk(3);
  wire::store(moved.data() + ChunkHeaderOffset::kSequence, std::uint64_t{2});
  put_checksums_right(moved, 0);
  auto bytes = bytes_.substr(0, places_[2].begin) + moved + bytes_.substr(places_[2].end);
  expect_noticed(bytes, 1);
}

TEST_F(Tampering, ADuplicatedChunkGivesNothingTwice) {
  auto bytes = bytes_;
  bytes.insert(places_[3].begin, chunk(1));
  EXPECT_EQ(expect_noticed(bytes, 0).exchanges.size(), true_.size());
}

TEST_F(Tampering, ADuplicatedChunkWithTheNextNumberGivesNothing) {
  auto copy = chunk(1);
  wire::store(copy.data() + ChunkHeaderOffset::kSequence, static_cast<std::uint64_t>(places_.size()));
  put_checksums_right(copy, 0);
  auto bytes = bytes_;
  bytes.insert(places_.back().end, copy);
  expect_noticed(bytes, 0);
}

TEST_F(Tampering, AChunkOfAnotherFileIsRefused) {
  // The other file has the same key and the same chunks, and the foreign chunk gets this file's uuid.
  const auto other = encrypted_samples(keys_, 0, 60);
  const auto place = chunk_places(other)[2];
  auto foreign = other.substr(place.begin, place.end - place.begin);
  std::copy_n(bytes_.begin() + kFileUuidAt, 16, foreign.begin() + ChunkHeaderOffset::kFileUuid);
  put_checksums_right(foreign, 0);
  const auto bytes = bytes_.substr(0, places_[2].begin) + foreign + bytes_.substr(places_[2].end);
  EXPECT_EQ(expect_noticed(bytes, 1).damage.chunks_lost, 1u);
}

TEST_F(Tampering, AForeignChunkDoesNotLockTheRestOfTheFile) {
  const auto other = encrypted_samples(keys_, 100, 60);
  const auto place = chunk_places(other)[2];
  auto bytes = bytes_;
  bytes.insert(places_[2].begin, other.substr(place.begin, place.end - place.begin));
  EXPECT_EQ(expect_noticed(bytes, 0).exchanges.size(), true_.size());
}

TEST_F(Tampering, TheEnvelopeOfAnotherFileOpensNothing) {
  const auto other = encrypted_samples(keys_, 0, 60);
  auto bytes = other.substr(0, chunk_places(other).front().begin) + bytes_.substr(places_.front().begin);
  std::copy_n(bytes_.begin() + kFileUuidAt, 16, bytes.begin() + kFileUuidAt);
  const auto length = *file_header_length(bytes);
  wire::store(bytes.data() + length - 4, crc32c({bytes.data(), length - 4}));
  ReaderOptions options;
  options.keys = keys_;
  const auto reader = Reader::from_bytes(bytes, options);
  ASSERT_FALSE(reader.has_value());
  EXPECT_NE(reader.error().message.find("does not open it"), std::string::npos) << reader.error().message;
}

TEST_F(Tampering, APlainChunkInAnEncryptedFileIsRefused) {
  const auto plain = capture_of_samples(500, 60);
  const auto place = chunk_places(plain)[2];
  auto planted = plain.substr(place.begin, place.end - place.begin);
  std::copy_n(bytes_.begin() + kFileUuidAt, 16, planted.begin() + ChunkHeaderOffset::kFileUuid);
  put_checksums_right(planted, 0);
  expect_noticed(bytes_.substr(0, places_[2].begin) + planted + bytes_.substr(places_[2].end), 1);
}

TEST_F(Tampering, ADamagedFileHeaderCostsNoChunk) {
  const auto header = places_.front().begin;
  for (std::size_t at = 0; at < header; at += 97) {
    auto bytes = bytes_;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    const auto back = expect_noticed(bytes, 0);
    EXPECT_EQ(back.exchanges.size(), true_.size()) << "offset " << at;
    EXPECT_TRUE(back.contains_unscrubbed) << "offset " << at;
  }
}

TEST_F(Tampering, AnyFlippedBitCostsOneChunkAtMost) {
  std::mt19937_64 random(3);
  const auto* more = std::getenv("UNDERSTUDY_MUTATIONS");
  const auto mutations = more != nullptr ? std::strtoul(more, nullptr, 10) : 400;
  for (unsigned long i = 0; i < mutations; ++i) {
    auto bytes = bytes_;
    const auto at = random() % bytes.size();
    bytes[at] = static_cast<char>(bytes[at] ^ 1 << random() % 8);
    expect_noticed(bytes, 1);
    if (HasFailure()) FAIL() << "offset " << at;
  }
}

}  // namespace
}  // namespace understudy::capture::testing
