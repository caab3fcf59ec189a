// Files that were made to hurt a reader: it refuses, in bounded memory and time.
#include "capture-format/layout/chunk_header.hpp"
#include "capture-format/layout/file_header.hpp"
#include "capture-format/layout/limits.hpp"
#include "capture-format/layout/wire.hpp"
#include "core/base/crc32c.hpp"
#include "tests/unit/capture-format/sample_exchange.hpp"

#include <sys/resource.h>

#include <gtest/gtest.h>
#include <zstd.h>

namespace understudy::capture::testing {
namespace {

struct Crafted {
  FileHeader file;
  std::string bytes;

  Crafted() {
    file.uuid.fill('u');
    bytes = encode(file);
  }

  void add(std::string_view raw, std::uint32_t exchanges, std::uint64_t sequence, std::uint32_t claimed_raw) {
    std::string stored(ZSTD_compressBound(raw.size()), '\0');
    stored.resize(ZSTD_compress(stored.data(), stored.size(), raw.data(), raw.size(), 1));
    add_stored(stored, exchanges, sequence, claimed_raw);
  }
  void add_stored(std::string_view stored, std::uint32_t exchanges, std::uint64_t sequence,
                  std::uint32_t claimed_raw) {
    ChunkHeader header;
    header.file_uuid = file.uuid;
    header.sequence = sequence;
    header.exchanges = exchanges;
    header.raw_bytes = claimed_raw;
    header.stored_bytes = static_cast<std::uint32_t>(stored.size());
    header.stored_crc32c = crc32c(stored);
    const auto fixed = encode(header);
    bytes.append(fixed.data(), fixed.size()).append(stored);
  }
};

/// One record of the given fields of an exchange.
std::string record_of(std::string_view exchange_fields) {
  std::string out(exchange_fields.size() + 32, '\0');
  wire::Writer writer(out.data());
  char* const record = writer.begin(1);
  char* const exchange = writer.begin(1);
  std::copy(exchange_fields.begin(), exchange_fields.end(), writer.position());
  wire::Writer rest(writer.position() + exchange_fields.size());
  rest.end(exchange);
  rest.end(record);
  out.resize(static_cast<std::size_t>(rest.position() - out.data()));
  return out;
}

void expect_damage(const Crafted& crafted, std::uint64_t exchanges_before = 0) {
  const auto back = read_back_bytes(crafted.bytes);
  EXPECT_EQ(back.exchanges.size(), exchanges_before);
  EXPECT_EQ(back.damage.chunks_lost, 1u);
}

TEST(Hostile, ADecompressionBombIsRefusedBeforeMemoryIsTaken) {
  const std::string zeros(200u << 20, '\0');
  Crafted honest;
  honest.add(zeros, 0, 0, static_cast<std::uint32_t>(zeros.size()));
  const auto back = read_back_bytes(honest.bytes);
  EXPECT_TRUE(back.exchanges.empty());
  EXPECT_FALSE(back.damage.notes.empty());
  Crafted lying;
  lying.add(zeros, 0, 0, 1000);
  expect_damage(lying);
}

TEST(Hostile, AFrameWithoutContentSizeOrWithTrailingFramesIsRefused) {
  std::string stored(1000, '\0');
  const std::string raw = record_of("");
  auto* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  stored.resize(ZSTD_compress2(context, stored.data(), stored.size(), raw.data(), raw.size()));
  ZSTD_freeCCtx(context);
  Crafted without_size;
  without_size.add_stored(stored, 1, 0, static_cast<std::uint32_t>(raw.size()));
  expect_damage(without_size);

  std::string frame(ZSTD_compressBound(raw.size()), '\0');
  frame.resize(ZSTD_compress(frame.data(), frame.size(), raw.data(), raw.size(), 1));
  Crafted two_frames;
  two_frames.add_stored(frame + frame, 1, 0, static_cast<std::uint32_t>(raw.size()));
  expect_damage(two_frames);
}

TEST(Hostile, MalformedRecordsAreDamage) {
  const std::string good = record_of(std::string("\x10\x07", 2));
  const std::vector<std::string> bad{
      std::string("\x0a\x05\x0a", 3),  // a length beyond the end
      std::string("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 11),
      record_of(std::string("\x10", 1)),                            // a number without a value
      record_of(std::string("\x12\x01\x01", 3)),                    // id as bytes
      record_of(std::string("\x3a\x05\x0a\x7f", 4)),                // a message whose field is longer than it
      record_of(std::string("\x07", 1)),                            // wire type 7
      record_of(std::string("\x00\x00", 2)),                        // field 0
      std::string("\x0b", 1),                                       // a group
      std::string("\x0a\x08\x0a\x02\x10\x01\x0a\x02\x10\x02", 10),  // two exchanges in one record
  };
  for (const auto& record : bad) {
    Crafted crafted;
    const auto raw = good + record;
    crafted.add(raw, 2, 0, static_cast<std::uint32_t>(raw.size()));
    expect_damage(crafted, 1);
  }
}

TEST(Hostile, AMillionEmptyHeadersAreDamageNotMemory) {
  std::string message;
  for (std::size_t i = 0; i < kHeadersMax + 1; ++i) message += std::string("\x3a\x00", 2);
  std::string exchange(message.size() + 16, '\0');
  wire::Writer writer(exchange.data());
  writer.bytes(7, message);
  exchange.resize(static_cast<std::size_t>(writer.position() - exchange.data()));
  const auto raw = record_of(exchange);
  Crafted crafted;
  crafted.add(raw, 1, 0, static_cast<std::uint32_t>(raw.size()));
  expect_damage(crafted);
}

TEST(Hostile, UnknownFieldsAndKindsOfALaterMinorVersionAreIgnored) {
  const std::string raw = record_of(std::string("\x10\x07\xa2\x06\x01x", 6))  // field 100
                          + std::string("\x0a\x04\x32\x02hi", 6)              // record kind 6
                          + std::string("\x7a\x01y", 3);                      // stream field 15
  Crafted crafted;
  crafted.add(raw, 1, 0, static_cast<std::uint32_t>(raw.size()));
  const auto back = read_back_bytes(crafted.bytes);
  EXPECT_EQ(back.exchanges.size(), 1u);
  EXPECT_EQ(back.damage.incidents, 0u);
}

TEST(Hostile, AChunkHeaderThatCountsWronglyIsDamage) {
  const auto raw = record_of(std::string("\x10\x07", 2));
  Crafted crafted;
  crafted.add(raw, 2, 0, static_cast<std::uint32_t>(raw.size()));
  expect_damage(crafted, 1);
}

TEST(Hostile, AChunkThatStoresNothingIsDamage) {
  Crafted crafted;
  crafted.add_stored({}, 1, 0, 0);
  expect_damage(crafted);
}

TEST(Hostile, ManyHeadersThatClaimTheSameBytesEndInBoundedWork) {
  Crafted crafted;
  std::string filler(4'000'000, 'f');
  for (std::uint64_t i = 0; i < 3'000; ++i) {
    ChunkHeader header;
    header.file_uuid = crafted.file.uuid;
    header.sequence = i;
    header.stored_bytes = 3'500'000;
    const auto fixed = encode(header);
    crafted.bytes.append(fixed.data(), fixed.size());
  }
  crafted.bytes += filler;
  const auto back = read_back_bytes(crafted.bytes);
  EXPECT_TRUE(back.exchanges.empty());
  EXPECT_FALSE(back.damage.notes.empty());
}

/// Peak memory of the process so far.
std::size_t peak_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

TEST(Hostile, ManyTinyChunksAreReadInTheMemoryOfAFew) {
  const auto raw = record_of(std::string("\x10\x07", 2));
  Crafted crafted;
  constexpr std::uint64_t kChunks = 20'000;
  for (std::uint64_t i = 0; i < kChunks; ++i) crafted.add(raw, 1, i, static_cast<std::uint32_t>(raw.size()));
  ReaderOptions options;
  options.decode_threads = 1;
  auto reader = Reader::from_bytes(std::move(crafted.bytes), options);
  const auto before = peak_bytes();
  std::uint64_t exchanges = 0;
  while (reader->next() != nullptr) ++exchanges;
  EXPECT_EQ(exchanges, kChunks);
  EXPECT_LT(peak_bytes() - before, std::size_t{16} << 20);
}

TEST(Hostile, LengthsThatNoFileHasTakeNoMemory) {
  const auto before = peak_bytes();
  for (const std::uint32_t stored : {UINT32_MAX, static_cast<std::uint32_t>(kStoredBytesMax), 1u << 31}) {
    Crafted crafted;
    ChunkHeader header;
    header.file_uuid = crafted.file.uuid;
    header.stored_bytes = stored;
    header.raw_bytes = UINT32_MAX;
    const auto fixed = encode(header);
    crafted.bytes.append(fixed.data(), fixed.size()).append("short");
    const auto back = read_back_bytes(crafted.bytes);
    EXPECT_TRUE(back.exchanges.empty());
    EXPECT_EQ(back.damage.chunks_lost, 1u);
  }
  EXPECT_LT(peak_bytes() - before, std::size_t{16} << 20);
}

TEST(Hostile, ASummaryThatClaimsMoreThanThereIsIsDamage) {
  const std::vector<std::string> terms{"status=5xx"};
  const auto good = capture_of_samples(0, 40);
  // The length of the frame, the number of entries, and both lengths of the trailer.
  const auto summary_bytes = wire::load<std::uint64_t>(good.data() + good.size() - 32);
  const auto summary = good.size() - static_cast<std::size_t>(summary_bytes);
  for (const auto at : {summary + 4, summary + 16, good.size() - 32, good.size() - 24}) {
    auto bytes = good;
    wire::store(bytes.data() + at, std::uint32_t{0xF0000000});
    const auto back = read_back_bytes(bytes);
    EXPECT_EQ(back.exchanges.size(), 40u) << at;
    EXPECT_NE(back.damage.incidents, 0u) << at;
    ReaderOptions options;
    options.filter = *Filter::parse(terms);
    auto filtered = Reader::from_bytes(bytes, options);
    std::uint64_t errors = 0;
    while (filtered->next() != nullptr) ++errors;
    EXPECT_EQ(errors, 3u) << at;
  }
}

TEST(Hostile, WhatIsNoCaptureIsRefusedInOneLine) {
  for (const std::string& bytes : {std::string(), std::string("x"), std::string(100'000, 'x'),
                                   std::string("\x28\xb5\x2f\xfd\x04\x00\x01\x00\x00\x99\xe9\xd8\x51", 13)}) {
    const auto reader = Reader::from_bytes(bytes);
    ASSERT_FALSE(reader.has_value());
    EXPECT_EQ(reader.error().message.find('\n'), std::string::npos);
  }
  EXPECT_FALSE(Reader::open("/").has_value());
  EXPECT_FALSE(Reader::open("/dev/null").has_value());
  EXPECT_FALSE(Reader::open("/does/not/exist").has_value());
}

}  // namespace
}  // namespace understudy::capture::testing
