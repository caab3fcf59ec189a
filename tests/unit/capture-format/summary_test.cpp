// The index at a file's end: what a filter reads of it, and what of it is not believed.
#include "capture-format/layout/summary.hpp"

#include "capture-format/layout/file_header.hpp"
#include "capture-format/layout/packed_index.hpp"
#include "capture-format/layout/wire.hpp"
#include "capture-format/reader.hpp"
#include "core/base/crc32c.hpp"
#include "tests/unit/capture-format/encrypted_sample.hpp"
#include "tests/unit/capture-format/sample_exchange.hpp"

#include <algorithm>
#include <sys/resource.h>

#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

constexpr std::size_t kIndexedSamples = 60;
const std::vector<std::string> kOnlyErrors{"status=5xx"};

/// A file and its summary, to be changed and put together again.
class SummaryOf {
 public:
  explicit SummaryOf(std::string bytes) : bytes_(std::move(bytes)) {
    std::copy_n(bytes_.data() + kFileUuidAt, uuid_.size(), uuid_.begin());
    const auto trailer =
        decode_summary_trailer(std::string_view(bytes_).substr(bytes_.size() - kSummaryTrailerBytes), uuid_);
    offset_ = bytes_.size() - static_cast<std::size_t>(trailer->summary_bytes);
    summary = *decode_summary(std::string_view(bytes_).substr(offset_), uuid_);
  }

  std::string frame() const { return encode(summary, uuid_, offset_); }
  std::string chunks() const { return bytes_.substr(0, offset_); }

  /// With such an index of version 1.0, or what claims to be a packed one.
  std::string with_content(std::uint16_t entry_bytes, std::uint16_t flags, std::size_t count,
                           const std::string& content) const {
    std::string frame(20, '\0');
    wire::store(frame.data(), kSummaryMagic);
    std::copy(kSummaryInnerMagic.begin(), kSummaryInnerMagic.end(), frame.begin() + 8);
    wire::store(frame.data() + 12, entry_bytes);
    wire::store(frame.data() + 14, flags);
    wire::store(frame.data() + 16, static_cast<std::uint32_t>(count));
    frame += content;
    const auto checked = frame.size();
    frame.resize(checked + 36);
    wire::store(frame.data() + 4, static_cast<std::uint32_t>(frame.size() - 8));
    wire::store(frame.data() + checked, crc32c({frame.data(), checked}));
    wire::store(frame.data() + checked + 4, static_cast<std::uint64_t>(frame.size()));
    wire::store(frame.data() + checked + 12, static_cast<std::uint64_t>(offset_ + frame.size()));
    std::copy_n(uuid_.begin(), 8, frame.begin() + static_cast<std::ptrdiff_t>(checked + 20));
    std::copy(kEndMagic.begin(), kEndMagic.end(), frame.end() - 8);
    return chunks() + frame;
  }

  /// Entries as version 1.0 stored them: offset, and three parts of the chunk header.
  std::string plain_entries() const {
    std::string entries;
    for (const auto& [offset, header] : summary.index) {
      const auto fixed = encode(header);
      std::string entry(8, '\0');
      wire::store(entry.data(), offset);
      entry.append(fixed.data() + 12, 5).append(fixed.data() + 33, 278).append(5, '\0');
      entries += entry;
    }
    return entries;
  }

  Summary summary;

 private:
  std::string bytes_;
  Uuid uuid_{};
  std::size_t offset_ = 0;
};

/// How many exchanges kOnlyErrors wants.
std::uint64_t errors_of(const SummaryOf& file) {
  std::uint64_t errors = 0;
  for (const auto& entry : file.summary.index) errors += entry.header.status_class[5];
  return errors;
}

struct Filtered {
  std::uint64_t exchanges = 0;
  std::uint64_t chunks = 0;
  std::uint64_t bytes_read = 0;
  std::uint64_t incidents = 0;
};

Filtered read_filtered(const std::string& bytes, const std::vector<std::string>& terms = kOnlyErrors) {
  ReaderOptions options;
  options.filter = *Filter::parse(terms);
  auto reader = Reader::from_bytes(bytes, options);
  Filtered read;
  while (reader->next() != nullptr) ++read.exchanges;
  read.chunks = reader->totals().chunks;
  read.bytes_read = reader->bytes_read();
  read.incidents = reader->damage().incidents;
  return read;
}

std::uint64_t peak_kilobytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss);
}

/// Less than one header of each chunk: so it was not the headers that were read.
std::uint64_t without_headers(const SummaryOf& file) { return 8192 + file.summary.index.size() * 160; }

TEST(PackedSummary, ComesBackAsItWas) {
  const SummaryOf file(capture_of_samples(0, kIndexedSamples));
  ASSERT_GT(file.summary.index.size(), 5u);
  EXPECT_FALSE(file.summary.top_routes.empty());
  const auto bytes = file.chunks() + file.frame();
  const SummaryOf again(bytes);
  ASSERT_EQ(again.summary.index.size(), file.summary.index.size());
  for (std::size_t i = 0; i < again.summary.index.size(); ++i)
    EXPECT_EQ(encode(again.summary.index[i].header), encode(file.summary.index[i].header));
  EXPECT_EQ(bytes, again.chunks() + again.frame());
}

TEST(PackedSummary, TakesAFractionOfTheHeadersThatItRepeats) {
  const SummaryOf file(capture_of_samples(0, 2000));
  ASSERT_GT(file.summary.index.size(), 100u);
  EXPECT_LT(file.frame().size(), file.summary.index.size() * 96);
}

TEST(PackedSummary, AFileOfVeryManyChunksHasNoIndexAndIsWalked) {
  Summary many;
  ChunkHeader header;
  header.exchanges = 1;
  for (std::size_t i = 0; i <= Summary::kIndexedChunksMax; ++i) many.add(i * 400, header);
  EXPECT_TRUE(many.index.empty());
  const auto offset = (Summary::kIndexedChunksMax + 1) * 400;
  const auto frame = encode(many, Uuid{}, offset);
  EXPECT_LT(frame.size(), 200u);
  const auto packed = packed_summary(frame, frame.size());
  ASSERT_TRUE(packed.has_value());
  EXPECT_EQ(packed->chunks, Summary::kIndexedChunksMax + 1);
  EXPECT_EQ(packed->places_bytes, 0u);
  const auto back = decode_summary(frame, Uuid{});
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->totals.exchanges, Summary::kIndexedChunksMax + 1);

  SummaryOf file(capture_of_samples(0, kIndexedSamples));
  auto without = file;
  without.summary.index.clear();
  const auto read = read_filtered(file.chunks() + without.frame());
  EXPECT_EQ(read.exchanges, errors_of(file));
  EXPECT_EQ(read.incidents, 0u);
  EXPECT_GT(read.bytes_read, without_headers(file));
}

TEST(PackedSummary, AFilterOnEndpointsReadsTheirPartToo) {
  const SummaryOf file(capture_of_samples(0, kIndexedSamples));
  const auto bytes = file.chunks() + file.frame();
  const auto none = read_filtered(bytes, {"endpoint=/nowhere"});
  EXPECT_EQ(none.exchanges, 0u);
  EXPECT_EQ(none.chunks, 0u) << "the Bloom filters of the index have ruled them all out";
  EXPECT_NE(read_filtered(bytes, {"endpoint=/orders/{}"}).exchanges, 0u);
  EXPECT_LT(read_filtered(bytes, {"time<1971-01-01T00:00:00Z"}).bytes_read, none.bytes_read);
}

TEST(PackedSummary, AnIndexOfVersion10IsReadLikeAPackedOne) {
  const SummaryOf file(capture_of_samples(0, kIndexedSamples));
  std::string message(4, '\0');
  const auto bytes = file.with_content(296, 0, file.summary.index.size(), file.plain_entries() + message);
  const auto old = read_filtered(bytes);
  const auto packed = read_filtered(file.chunks() + file.frame());
  EXPECT_EQ(old.exchanges, packed.exchanges);
  EXPECT_EQ(old.chunks, packed.chunks);
  EXPECT_EQ(old.incidents, 0u);
  EXPECT_EQ(read_filtered(bytes, {"endpoint=/nowhere"}).chunks, 0u);
}

TEST(PackedSummary, OfAnEncryptedFileIsOpenedOnce) {
  const auto keys = sample_keys();
  const auto bytes = encrypted_samples(keys, 0, kIndexedSamples);
  const auto trailer = wire::load<std::uint64_t>(bytes.data() + bytes.size() - kSummaryTrailerBytes);
  ReaderOptions options;
  options.keys = keys;
  options.filter = *Filter::parse(std::vector<std::string>{"time<1971-01-01T00:00:00Z"});
  auto reader = Reader::from_bytes(bytes, options);
  EXPECT_EQ(reader->next(), nullptr);
  EXPECT_TRUE(reader->sealed());
  EXPECT_EQ(reader->damage().incidents, 0u);
  EXPECT_LT(reader->bytes_read(), 8192 + 3 * trailer / 2);
}

/// Each is authentic to a checksum, and no index: then the chunk headers are read.
TEST(PackedSummary, WhatDoesNotUnpackToAnIndexIsNotBelieved) {
  const SummaryOf file(capture_of_samples(0, kIndexedSamples));
  const auto count = file.summary.index.size();
  const auto good = file.frame();
  const auto places_bytes = wire::load<std::uint32_t>(good.data() + 20);
  const auto packed = good.substr(20, good.size() - 56);
  auto longer = packed;
  wire::store(longer.data(), static_cast<std::uint32_t>(packed.size()));
  auto changed = packed;
  changed[4 + places_bytes / 2] ^= 0x10;
  ASSERT_EQ(read_filtered(file.with_content(0, 2, count, packed)).bytes_read,
            read_filtered(file.chunks() + good).bytes_read);
  for (const auto& bytes :
       {file.with_content(0, 2, count, longer), file.with_content(0, 2, count, changed),
        file.with_content(0, 2, count, packed.substr(0, 4)),
        file.with_content(0, 2, count, std::string(3, 'x')), file.with_content(0, 2, count + 1, packed),
        file.with_content(0, 3, count, packed), file.with_content(0, 0, count, packed),
        file.with_content(296, 2, count, packed)}) {
    const auto read = read_filtered(bytes);
    EXPECT_EQ(read.exchanges, errors_of(file));
    EXPECT_GT(read.bytes_read, without_headers(file));
  }
}

TEST(PackedSummary, OneThatUnpacksToMoreThanTheFileCouldHaveIsNotUnpacked) {
  const SummaryOf file(capture_of_samples(0, kIndexedSamples));
  const auto before = peak_kilobytes();
  for (const std::size_t count : {std::size_t{900'000}, std::size_t{UINT32_MAX}}) {
    // The head of a zstd frame of so many bytes, and a block that repeats one byte.
    std::string bomb("\x28\xb5\x2f\xfd\xa4", 5);
    bomb.resize(9);
    wire::store(bomb.data() + 5, static_cast<std::uint32_t>(count * kPlaceBytes));
    bomb.append("\x03\x00\x10x....", 8);
    std::string content(4, '\0');
    wire::store(content.data(), static_cast<std::uint32_t>(bomb.size()));
    EXPECT_EQ(read_filtered(file.with_content(0, 2, count, content + bomb)).exchanges, errors_of(file));
    EXPECT_FALSE(decode_places(bomb, file.summary.index.size()).has_value());
  }
  EXPECT_LT(peak_kilobytes() - before, std::uint64_t{32} << 10);
}

/// Entries that point backwards, at each other, or outside.
TEST(PackedSummary, AnIndexThatLeadsInCirclesIsNotBelieved) {
  SummaryOf file(capture_of_samples(0, kIndexedSamples));
  for (const std::uint64_t offset : {std::uint64_t{0}, std::uint64_t{3828}, UINT64_MAX - 8}) {
    auto circles = file;
    for (const std::size_t entry : {0u, 2u}) circles.summary.index[entry].offset = offset;
    EXPECT_EQ(read_filtered(file.chunks() + circles.frame()).exchanges, errors_of(file)) << offset;
  }
}

}  // namespace
}  // namespace understudy::capture::testing
