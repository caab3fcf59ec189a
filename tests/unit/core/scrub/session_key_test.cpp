#include "core/scrub/session_key.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace understudy::scrub {
namespace {

http::Fields fields(std::initializer_list<std::pair<std::string_view, std::string_view>> list) {
  http::Fields made;
  for (const auto& [name, value] : list) made.add(name, value);
  return made;
}

SessionKeys keys_of(std::uint8_t seed) {
  Key key{};
  key.fill(seed);
  return SessionKeys(key);
}

TEST(SessionKey, SipHashMatchesItsPublishedVectors) {
  // Key 00..0f, messages 00, 00 01, ...: the vectors of the reference implementation.
  const std::array<std::uint64_t, 2> key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
  std::string message;
  EXPECT_EQ(siphash(key, message), 0x726fdb47dd0e0e31u);
  for (char c = 0; c < 15; ++c) message += c;
  EXPECT_EQ(siphash(key, message), 0xa129ca6149be45e5u);
}

TEST(SessionKey, IsZeroWithoutACredential) {
  EXPECT_EQ(keys_of(1).of(fields({{"Host", "a"}})), 0u);
  EXPECT_EQ(keys_of(1).of(fields({{"Cookie", ""}})), 0u);
}

TEST(SessionKey, TheSessionCookieDecidesWhateverOtherCookiesDo) {
  const auto keys = keys_of(1);
  const auto first = keys.of(fields({{"Cookie", "_ga=1.2; PHPSESSID=abc; theme=dark"}}));
  EXPECT_EQ(first, keys.of(fields({{"cookie", "PHPSESSID=abc; _ga=9.9"}})));
  EXPECT_NE(first, keys.of(fields({{"Cookie", "PHPSESSID=abd"}})));
  EXPECT_NE(first, 0u);
}

TEST(SessionKey, AuthorizationComesBeforeCookies) {
  const auto keys = keys_of(1);
  EXPECT_EQ(keys.of(fields({{"Authorization", "Bearer x"}, {"Cookie", "sid=1"}})),
            keys.of(fields({{"Cookie", "sid=2"}, {"Authorization", "Bearer x"}})));
}

TEST(SessionKey, DependsOnTheScrubKey) {
  const auto with = fields({{"Authorization", "Bearer x"}});
  EXPECT_NE(keys_of(1).of(with), keys_of(2).of(with));
}

TEST(SessionKey, OfACredentialAloneIsTheKeyOfTheRequestThatCarriedIt) {
  const auto keys = keys_of(1);
  EXPECT_EQ(keys.of_credential("Bearer x"), keys.of(fields({{"Authorization", "Bearer x"}})));
  EXPECT_EQ(keys.of_credential("abc"), keys.of(fields({{"Cookie", "theme=dark; PHPSESSID=abc"}})));
  EXPECT_EQ(keys.of_credential(""), 0u);
}

}  // namespace
}  // namespace understudy::scrub
