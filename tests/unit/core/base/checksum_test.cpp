#include "core/base/content_hash.hpp"
#include "core/base/crc32c.hpp"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace understudy {
namespace {

std::string random_bytes(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::string bytes(count, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

// RFC 3720 appendix B.4 and the check value of the CRC catalogue.
TEST(Crc32c, KnownVectors) {
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);
  EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8AB43U);
  EXPECT_EQ(crc32c(""), 0U);
  EXPECT_EQ(crc32c_portable("123456789"), 0xE3069283U);
}

TEST(Crc32c, BothImplementationsAgreeOnEveryLengthAndAlignment) {
  const auto bytes = random_bytes(300, 1);
  for (std::size_t offset = 0; offset < 8; ++offset)
    for (std::size_t length = 0; length + offset <= bytes.size(); length += 3) {
      const auto part = std::string_view(bytes).substr(offset, length);
      ASSERT_EQ(crc32c(part), crc32c_portable(part)) << offset << " " << length;
    }
}

TEST(Crc32c, BothImplementationsAgreeAroundTheLengthsOfTheLanes) {
  const auto bytes = random_bytes(30'000, 3);
  for (const std::size_t blocks : {0U, 1U, 2U})
    for (const std::size_t rest : {0U, 1U, 7U, 8U, 255U, 767U, 768U, 769U, 1535U, 1536U, 1600U})
      for (const std::size_t offset : {0U, 3U}) {
        const auto part = std::string_view(bytes).substr(offset, blocks * 12'288 + rest);
        ASSERT_EQ(crc32c(part, 77), crc32c_portable(part, 77)) << blocks << " " << rest << " " << offset;
      }
}

TEST(Crc32c, ContinuesOverPieces) {
  const auto bytes = random_bytes(1000, 2);
  for (const std::size_t cut : {0U, 1U, 7U, 8U, 500U, 999U, 1000U}) {
    const auto first = std::string_view(bytes).substr(0, cut);
    const auto second = std::string_view(bytes).substr(cut);
    EXPECT_EQ(crc32c(second, crc32c(first)), crc32c(bytes));
    EXPECT_EQ(crc32c_portable(second, crc32c_portable(first)), crc32c(bytes));
  }
}

// XXH64 with seed 0, as the reference implementation's own test gives them.
TEST(ContentHash, KnownVectors) {
  EXPECT_EQ(content_hash(""), 0xEF46DB3751D8E999U);
  EXPECT_EQ(content_hash("a"), 0xD24EC4F1A98C6E5BU);
  EXPECT_EQ(content_hash("abc"), 0x44BC2CF5AD770999U);
}

TEST(ContentHash, PiecesGiveTheSameHashAsTheWhole) {
  const auto bytes = random_bytes(5000, 3);
  for (const std::size_t step : {1U, 7U, 31U, 32U, 33U, 4999U}) {
    ContentHasher hasher;
    for (std::size_t at = 0; at < bytes.size(); at += step)
      hasher.update(std::string_view(bytes).substr(at, step));
    EXPECT_EQ(hasher.digest(), content_hash(bytes)) << step;
  }
}

TEST(ContentHash, ResetStartsAnew) {
  ContentHasher hasher;
  hasher.update("other");
  hasher.reset();
  EXPECT_EQ(hasher.digest(), content_hash(""));
  hasher.update("abc");
  const auto moved = std::move(hasher);
  EXPECT_EQ(moved.digest(), content_hash("abc"));
}

}  // namespace
}  // namespace understudy
