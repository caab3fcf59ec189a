#include "proxy/exchange/trace_context.hpp"
#include "proxy/shadow/poll_pace.hpp"
#include "proxy/shadow/session_key.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace understudy::proxy {
namespace {

http::Fields fields(std::initializer_list<std::pair<std::string_view, std::string_view>> list) {
  http::Fields made;
  for (const auto& [name, value] : list) made.add(name, value);
  return made;
}

SessionKeys keys_of(std::uint8_t seed) {
  scrub::Key key{};
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

TEST(TraceContext, AValidTraceparentIsRead) {
  const auto context = parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  ASSERT_TRUE(context);
  EXPECT_EQ(context->trace_id[0], '\x0a');
  EXPECT_EQ(context->trace_id[15], '\x9c');
  EXPECT_EQ(context->span_id[0], '\xb7');
  EXPECT_TRUE(parse_traceparent("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-later"))
      << "a later version";
}

TEST(TraceContext, AnythingElseIsNot) {
  for (const auto* bad : {"", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
                          "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                          "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                          "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                          "00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01",
                          "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
                          "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"})
    EXPECT_FALSE(parse_traceparent(bad)) << bad;
}

TEST(PollPace, RestsLongerTheLongerNobodyComes) {
  PollPace pace;
  EXPECT_EQ(pace.after(10), PollPace::kShortest);
  auto last = PollPace::kShortest;
  for (int i = 0; i < 10; ++i) {
    const auto next = pace.after(0);
    EXPECT_GE(next, last);
    last = next;
  }
  EXPECT_EQ(last, PollPace::kLongest);
  EXPECT_EQ(pace.after(1), PollPace::kShortest);
}

}  // namespace
}  // namespace understudy::proxy
