// The layout of FORMAT.md, byte by byte: what stands here may never change within version 1.
#include "capture-format/layout/chunk_header.hpp"
#include "capture-format/layout/endpoint_path.hpp"
#include "capture-format/layout/file_header.hpp"
#include "capture-format/layout/summary.hpp"
#include "capture-format/layout/wire.hpp"
#include "capture-format/reader/frame_scanner.hpp"
#include "core/base/crc32c.hpp"
#include "tests/unit/capture-format/sample_exchange.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

// Made by another program from the table in FORMAT.md.
constexpr std::string_view kGoldenChunkHeader =
    "512a4d1838010000554348314001018201000102030405060708090a0b0c0d0e"
    "0f08070605040302011817161514131211222134333231410000000000000042"
    "0000000000000043000000000000004400000000000000510000005200000053"
    "0000005400000055000000010000000200000003000000040000000500000006"
    "0000000580646362610b0000000c0000000d0000000e0000000f000000100000"
    "0011000000120000007100000072000000000000000900800000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "00000000000000000000000000000000000000000000010000000000a68d0283";

ChunkHeader golden_header() {
  ChunkHeader header;
  header.kind = ChunkKind::straggler;
  header.flags = kRaw | kHasGap | kHoldsFileMagic;
  for (std::size_t i = 0; i < header.file_uuid.size(); ++i) header.file_uuid[i] = static_cast<char>(i);
  header.sequence = 0x0102030405060708;
  header.previous_offset = 0x1112131415161718;
  header.worker = 0x2122;
  header.dictionary = 0x31323334;
  header.min_start_ns = 0x41;
  header.max_start_ns = 0x42;
  header.max_end_ns = 0x43;
  header.first_id = 0x44;
  header.records = 0x51;
  header.exchanges = 0x52;
  header.raw_bytes = 0x53;
  header.stored_bytes = 0x54;
  header.stored_crc32c = 0x55;
  header.status_class = {1, 2, 3, 4, 5, 6};
  header.methods = 0x8005;
  header.max_latency_us = 0x61626364;
  header.mirror_outcome = {11, 12, 13, 14, 15, 16, 17, 18};
  header.dropped_exchanges = 0x71;
  header.dropped_bytes = 0x72;
  header.drop_reasons = 0x0009;
  header.bloom.bytes()[0] = 0x80;
  header.bloom.bytes()[127] = 0x01;
  return header;
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

TEST(Layout, TheChunkHeaderIsTheGoldenOne) {
  const auto bytes = encode(golden_header());
  EXPECT_EQ(hex({bytes.data(), bytes.size()}), kGoldenChunkHeader);
}

TEST(Layout, ADecodedChunkHeaderEncodesToTheSameBytes) {
  const auto bytes = encode(golden_header());
  const auto decoded = decode_chunk_header({bytes.data(), bytes.size()});
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(encode(*decoded), bytes);
}

TEST(Layout, AnyFlippedBitInAChunkHeaderIsNoticed) {
  const auto intact = encode(golden_header());
  for (std::size_t bit = 0; bit < 8 * intact.size(); ++bit) {
    auto bytes = intact;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ 1 << bit % 8);
    EXPECT_FALSE(decode_chunk_header({bytes.data(), bytes.size()}).has_value()) << "bit " << bit;
  }
}

TEST(Layout, ALongerChunkHeaderOfALaterWriterIsRead) {
  auto bytes = encode(golden_header());
  std::string longer(bytes.data(), ChunkHeaderOffset::kExtensions);
  longer += "extension!";
  wire::store(longer.data() + ChunkHeaderOffset::kHeaderLength,
              static_cast<std::uint16_t>(longer.size() + 4));
  wire::store(longer.data() + ChunkHeaderOffset::kFrameLength,
              static_cast<std::uint32_t>(longer.size() + 4 - 8));
  const auto checksum = crc32c(longer);
  longer.resize(longer.size() + 4);
  wire::store(longer.data() + longer.size() - 4, checksum);
  const auto decoded = decode_chunk_header(longer);
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->header_bytes, 330);
  EXPECT_EQ(decoded->first_id, 0x44u);
}

TEST(Layout, TheFileHeaderBeginsAsFormatSays) {
  FileHeader header;
  for (std::size_t i = 0; i < header.uuid.size(); ++i) header.uuid[i] = static_cast<char>(0xa0 + i);
  header.service = "shop";
  header.contains_unscrubbed = true;
  const auto frame = encode(header);
  EXPECT_EQ(hex(std::string_view(frame).substr(0, 4)), "502a4d18");
  EXPECT_EQ(wire::load<std::uint32_t>(frame.data() + 4), frame.size() - 8);
  EXPECT_EQ(hex(std::string_view(frame).substr(8, 26)),
            "5543415076310d0a"
            "0101"
            "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf");
  FileHeader decoded;
  std::size_t length = 0;
  ASSERT_EQ(decode_file_header(frame, decoded, length), FileHeaderError::none);
  EXPECT_EQ(length, frame.size());
  EXPECT_EQ(decoded.service, "shop");
  EXPECT_TRUE(decoded.contains_unscrubbed);
}

TEST(Layout, AnotherMajorVersionIsRefusedByName) {
  auto bytes = capture_of_samples(0, 3);
  bytes[16] = 2;
  const auto length = *file_header_length(bytes);
  wire::store(bytes.data() + length - 4, crc32c(std::string_view(bytes).substr(0, length - 4)));
  const auto reader = Reader::from_bytes(bytes);
  ASSERT_FALSE(reader.has_value());
  EXPECT_NE(reader.error().message.find("version 2"), std::string::npos) << reader.error().message;
}

TEST(Layout, TheSummaryRepeatsEveryChunkHeader) {
  const auto bytes = capture_of_samples(0, 60);
  const auto uuid_view = std::string_view(bytes).substr(kFileUuidAt, 16);
  Uuid uuid;
  std::copy(uuid_view.begin(), uuid_view.end(), uuid.begin());
  EXPECT_EQ(std::string_view(bytes).substr(bytes.size() - 8), "UCAPEND1");
  const auto trailer = decode_summary_trailer(std::string_view(bytes).substr(bytes.size() - 32), uuid);
  ASSERT_TRUE(trailer.has_value());
  EXPECT_EQ(trailer->file_bytes, bytes.size());
  const auto summary =
      decode_summary(std::string_view(bytes).substr(bytes.size() - trailer->summary_bytes), uuid);
  ASSERT_TRUE(summary.has_value());
  const auto places = chunk_places(bytes);
  ASSERT_EQ(summary->index.size(), places.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    auto repeated = summary->index[i].header;
    repeated.file_uuid = uuid;
    EXPECT_EQ(summary->index[i].offset, places[i].begin);
    const auto encoded = encode(repeated);
    EXPECT_EQ(hex({encoded.data(), encoded.size()}),
              hex(std::string_view(bytes).substr(places[i].begin, 320)));
  }
  std::uint64_t exchanges = summary->other_route_exchanges;
  for (const auto& route : summary->top_routes) exchanges += route.exchanges;
  EXPECT_EQ(exchanges, 60u);
  EXPECT_EQ(summary->top_routes[0].route, "GET /orders/{}");
}

TEST(Layout, TheChunkHeaderCountsWhatTheChunkHolds) {
  const auto bytes = capture_of_samples(1, 16, 1 << 20);
  const auto header = *decode_chunk_header(std::string_view(bytes).substr(chunk_places(bytes)[0].begin));
  EXPECT_EQ(header.exchanges, 16u);
  EXPECT_EQ(header.records, 16u + 6u);  // six connections
  EXPECT_EQ(header.first_id, 2u);
  EXPECT_EQ(header.min_start_ns, sample_exchange(1).view.start_ns);
  EXPECT_EQ(header.max_start_ns, sample_exchange(16).view.start_ns);
  EXPECT_EQ(header.status_class, (std::array<std::uint32_t, 6>{0, 0, 15, 0, 0, 1}));
  EXPECT_EQ(header.methods, 1u << method_bit("GET") | 1u << method_bit("POST"));
  EXPECT_EQ(header.mirror_outcome[2], 16u);
  EXPECT_EQ(header.max_latency_us, 4u);
  EXPECT_TRUE((header.flags & kHas5xx) != 0);
  EXPECT_TRUE((header.flags & kHasTruncation) == 0);
  EXPECT_TRUE(header.bloom.may_contain("/orders/{}"));
  EXPECT_FALSE(header.bloom.may_contain("/invoices/{}"));
}

TEST(EndpointPath, IdentifiersBecomePlaceholders) {
  EXPECT_EQ(endpoint_path("/orders/42?x=1"), "/orders/{}");
  EXPECT_EQ(endpoint_path("/v1/users/3f2504e0-4f89-11d3-9a0c-0305e82c3301/cart"), "/v1/users/{}/cart");
  EXPECT_EQ(endpoint_path("/commit/947f971bfdfa2cbc9a3cb5664a3bd19bc7924676"), "/commit/{}");
  EXPECT_EQ(endpoint_path("http://host:80/a/7#f"), "/a/{}");
  EXPECT_EQ(endpoint_path("/mail/jo%40example.org/x"), "/mail/{}/x");
  EXPECT_EQ(endpoint_path("/"), "/");
  EXPECT_EQ(endpoint_path("*"), "*");
  EXPECT_EQ(endpoint_path("/feedback/v2/deadbeef"), "/feedback/v2/deadbeef");
  EXPECT_EQ(endpoint_path("/" + std::string(1000, 'a')).size(), kEndpointPathBytesMax);
}

}  // namespace
}  // namespace understudy::capture::testing
