#include "core/http/content_coding.hpp"

#include "core/http/fields.hpp"
#include "tests/unit/core/http/encoders.hpp"

#include <random>

#include <gtest/gtest.h>

namespace understudy::http {
namespace {

struct Coding {
  std::string name;
  std::string label;
  std::string (*encode)(std::string_view);
};

std::string sample(std::size_t size) {
  std::mt19937 random(7);
  std::string text;
  while (text.size() < size) text += "{\"id\":" + std::to_string(random() % 100000) + ",\"name\":\"x\"}";
  text.resize(size);
  return text;
}

class CodingTest : public testing::TestWithParam<Coding> {};

TEST_P(CodingTest, GivesBackWhatWasEncoded) {
  for (const std::size_t size : {1UL, 100UL, 16384UL, 16385UL, 300000UL})
    EXPECT_EQ(decode_content(GetParam().name, GetParam().encode(sample(size)), {}).value(), sample(size))
        << size;
}

TEST_P(CodingTest, EncodedNothingIsNothing) {
  EXPECT_EQ(decode_content(GetParam().name, GetParam().encode(""), {}).value(), "");
}

TEST_P(CodingTest, EveryTruncationIsCorrupt) {
  const auto encoded = GetParam().encode(sample(2000));
  for (std::size_t cut = 1; cut < encoded.size(); ++cut) {
    const auto decoded = decode_content(GetParam().name, encoded.substr(0, cut), {});
    ASSERT_FALSE(decoded) << "cut at " << cut;
    ASSERT_EQ(decoded.error(), CodingErrc::corrupt) << "cut at " << cut;
  }
}

TEST_P(CodingTest, BytesBehindTheEndAreCorrupt) {
  const auto decoded = decode_content(GetParam().name, GetParam().encode(sample(2000)) + "x", {});
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error(), CodingErrc::corrupt);
}

TEST_P(CodingTest, GarbageIsCorrupt) {
  const auto decoded = decode_content(GetParam().name, "\xff\xfe this is no compressed text", {});
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error(), CodingErrc::corrupt);
}

TEST_P(CodingTest, RatioStopsABomb) {
  const auto bomb = GetParam().encode(std::string(4 << 20, '\0'));
  const auto decoded = decode_content(GetParam().name, bomb, {});
  ASSERT_FALSE(decoded) << bomb.size();
  EXPECT_EQ(decoded.error(), CodingErrc::too_large);
}

TEST_P(CodingTest, OutputCapIsExact) {
  const auto encoded = GetParam().encode(sample(50000));
  EXPECT_TRUE(decode_content(GetParam().name, encoded, {.output_bytes = 50000}).has_value());
  const auto over = decode_content(GetParam().name, encoded, {.output_bytes = 49999});
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error(), CodingErrc::too_large);
}

INSTANTIATE_TEST_SUITE_P(Each, CodingTest,
                         testing::Values(Coding{"gzip", "Gzip", encode_gzip},
                                         Coding{"X-GZIP", "XGzip", encode_gzip},
                                         Coding{"deflate", "Zlib", encode_zlib},
                                         Coding{"deflate", "RawDeflate", encode_raw_deflate},
                                         Coding{"br", "Brotli", encode_brotli},
                                         Coding{"zstd", "Zstd", encode_zstd}),
                         [](const auto& test) { return test.param.label; });

TEST(ContentCodingTest, EveryGzipMemberAndZstdFrameCounts) {
  EXPECT_EQ(decode_content("gzip", encode_gzip("ab") + encode_gzip("cd"), {}).value(), "abcd");
  EXPECT_EQ(decode_content("zstd", encode_zstd("ab") + encode_zstd("cd"), {}).value(), "abcd");
}

TEST(ContentCodingTest, DamagedChecksumIsCorrupt) {
  auto encoded = encode_gzip(sample(500));
  encoded[encoded.size() - 6] = static_cast<char>(encoded[encoded.size() - 6] ^ 1);
  EXPECT_EQ(decode_content("gzip", encoded, {}).error(), CodingErrc::corrupt);
}

TEST(ContentCodingTest, IdentityAndNothingGiveTheInputBack) {
  EXPECT_EQ(decode_content("", "abc", {}).value(), "abc");
  EXPECT_EQ(decode_content("identity", "abc", {}).value(), "abc");
  EXPECT_EQ(decode_content("gzip", "", {}).value(), "") << "a response to HEAD has no content to undo";
}

TEST(ContentCodingTest, UnknownCodingIsNotPassedThrough) {
  EXPECT_EQ(decode_content("compress", "abc", {}).error(), CodingErrc::unknown_coding);
  EXPECT_EQ(decode_content("gzip, sdch", "abc", {}).error(), CodingErrc::unknown_coding);
}

TEST(ContentCodingTest, StackedCodingsAreUndoneLastFirst) {
  EXPECT_EQ(decode_content("gzip, br", encode_brotli(encode_gzip("hello")), {}).value(), "hello");
  EXPECT_EQ(decode_content("gzip,identity , zstd", encode_zstd(encode_gzip("hello")), {}).value(), "hello");
}

TEST(ContentCodingTest, TooManyStackedCodingsAreRefused) {
  EXPECT_EQ(decode_content("gzip, gzip, gzip, gzip", encode_gzip("x"), {}).error(), CodingErrc::too_large);
}

TEST(ContentCodingTest, EncodingOfSeveralFieldsIsJoined) {
  Fields fields;
  EXPECT_EQ(content_encoding_of(fields), "");
  fields.add("Content-Encoding", "gzip");
  fields.add("X", "y");
  fields.add("content-encoding", "br");
  EXPECT_EQ(content_encoding_of(fields), "gzip, br");
}

}  // namespace
}  // namespace understudy::http
