#include "core/diff/response_diff.hpp"

#include "tests/unit/core/diff/responses.hpp"

#include <gtest/gtest.h>

namespace understudy::diff {
namespace {

using Fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

std::string headers(Fields recorded, Fields replayed) {
  return summary(compare(response(200, "", recorded), response(200, "", replayed)));
}

TEST(ResponseDiff, AChangedStatusIsTheOnlyFinding) {
  EXPECT_EQ(summary(compare(response(200, R"({"a":1})", {{"X-A", "1"}}), response(404, "Not Found"))),
            "status_changed status");
}

TEST(ResponseDiff, HeadersOfTheHopTheClockAndTheFramingAreNotCompared) {
  EXPECT_EQ(headers({{"Date", "Mon, 05 Jan 2026 10:00:00 GMT"},
                     {"Connection", "keep-alive"},
                     {"Age", "3"},
                     {"Via", "1.1 x"},
                     {"Content-Length", "0"},
                     {"Transfer-Encoding", "chunked"},
                     {"Server-Timing", "a"},
                     {"Keep-Alive", "5"}},
                    {}),
            "");
}

TEST(ResponseDiff, HeadersAreComparedByPresenceAndValue) {
  EXPECT_EQ(
      headers({{"X-Total-Count", "4"}, {"Cache-Control", "no-cache"}, {"Link", "a"}},
              {{"x-total-count", "5"}, {"Link", "a"}, {"X-New", "1"}}),
      "header_missing header:Cache-Control; header_added header:X-New; header_changed header:X-Total-Count");
}

TEST(ResponseDiff, ValidatorsAndRequestIdsAreComparedByPresenceOnly) {
  EXPECT_EQ(
      headers({{"ETag", "\"1\""}, {"X-Request-Id", "a"}, {"Traceparent", "b"}, {"X-GitHub-Request-Id", "q"}},
              {{"Etag", "\"2\""}, {"X-Request-ID", "c"}, {"traceparent", "d"}, {"X-Github-Request-Id", "r"}}),
      "");
  EXPECT_EQ(headers({{"ETag", "\"1\""}, {"X-Request-Id", "a"}}, {}),
            "header_missing header:ETag; header_missing header:X-Request-Id");
}

TEST(ResponseDiff, RepeatedFieldsAreOneList) {
  EXPECT_EQ(headers({{"Vary", "Accept"}, {"Vary", "Origin"}}, {{"Vary", "Accept, Origin"}}), "");
  EXPECT_EQ(headers({{"Vary", "Accept"}, {"Vary", "Origin"}}, {{"Vary", "Origin"}}),
            "header_changed header:Vary");
}

TEST(ResponseDiff, CookiesAreComparedByNameAndAttributes) {
  EXPECT_EQ(headers({{"Set-Cookie", "sid=1; Path=/; HttpOnly; Expires=Mon"}},
                    {{"Set-Cookie", "sid=2; HttpOnly; path=/; Expires=Tue"}}),
            "");
  EXPECT_EQ(
      headers({{"Set-Cookie", "sid=1; HttpOnly"}, {"Set-Cookie", "theme=dark"}}, {{"Set-Cookie", "sid=1"}}),
      "header_changed header:Set-Cookie/sid; header_missing header:Set-Cookie/theme");
}

TEST(ResponseDiff, ContentTypeDiffersByTypeOrByParameters) {
  EXPECT_EQ(headers({{"Content-Type", "application/json"}}, {{"Content-Type", "text/plain"}}),
            "content_type_changed header:Content-Type");
  EXPECT_EQ(
      headers({{"Content-Type", "application/json; charset=utf-8"}}, {{"Content-Type", "application/json"}}),
      "header_changed header:Content-Type");
  EXPECT_EQ(headers({{"Content-Type", "text/html; Charset=\"UTF-8\""}},
                    {{"Content-Type", "TEXT/html;charset=utf-8"}}),
            "");
}

TEST(ResponseDiff, TextShowsTheFirstLineThatDiffers) {
  const auto comparison = compare(response(200, "one\ntwo\nthree\n", {{"Content-Type", "text/plain"}}),
                                  response(200, "one\n2\nthree\n", {{"Content-Type", "text/plain"}}));
  ASSERT_EQ(summary(comparison), "body_changed ");
  EXPECT_EQ(comparison.differences[0].recorded, "two");
  EXPECT_EQ(comparison.differences[0].replayed, "2");
}

TEST(ResponseDiff, WithoutAContentTypeTheFirstByteDecides) {
  EXPECT_EQ(summary(compare(response(200, R"({"a":1})"), response(200, R"({"a":2})"))), "value_changed /a");
}

TEST(ResponseDiff, ABodyThatWasNotRecordedIsNotComparedButTheHeadIs) {
  const CompareOptions options{.body_recorded = false};
  const auto same = compare(response(200, ""), response(200, "whatever"), options);
  EXPECT_EQ(same.not_compared, "body_not_recorded");
  EXPECT_TRUE(same.differences.empty());
  EXPECT_EQ(summary(compare(response(200, "", {{"X-A", "1"}}), response(200, "x"), options)),
            "header_missing header:X-A");
}

TEST(ResponseDiff, UndecodableBodiesMatchOnlyWhenTheirBytesAreEqual) {
  const auto odd = [](std::string_view body) {
    return response(200, body, {{"Content-Encoding", "x-unheard-of"}});
  };
  EXPECT_EQ(compare(odd("abc"), odd("abc")).not_compared, "");
  EXPECT_EQ(compare(odd("abc"), odd("abd")).not_compared, "encoding");
}

TEST(ResponseDiff, BodiesOverTheCapAreEqualOrNotCompared) {
  const CompareOptions options{.body_bytes_max = 10};
  const auto text = [](std::string_view body) {
    return response(200, body, {{"Content-Type", "text/plain"}});
  };
  EXPECT_EQ(compare(text("01234567890"), text("01234567890"), options).not_compared, "");
  EXPECT_EQ(compare(text("01234567890"), text("01234567891"), options).not_compared, "size");
}

TEST(ResponseDiff, ExcerptsOfGarbageAreValidUtf8) {
  const auto comparison = compare(response(200, "a"), response(200, std::string("\xff\x00\x1b[31m", 7)));
  ASSERT_EQ(comparison.differences.size(), 1U);
  EXPECT_EQ(comparison.differences[0].replayed, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD[31m");
}

TEST(ResponseDiff, TimesNearTheirOwnResponsesFollowTheClock) {
  constexpr std::uint64_t kMinute = 60'000'000'000;
  const std::uint64_t recorded_ns = 1'767'607'200'000'000'000;  // 2026-01-05T10:00:00Z
  const std::uint64_t replayed_ns = recorded_ns + 24 * 60 * kMinute;
  const CompareOptions options{.times = {recorded_ns, replayed_ns}};
  const auto follows = [&](std::string_view a, std::string_view b) {
    const auto quoted = [](std::string_view value) { return "{\"t\":" + std::string(value) + "}"; };
    const auto comparison = compare(json_response(quoted(a)), json_response(quoted(b)), options);
    return comparison.differences.size() == 1 && comparison.differences[0].follows_clock;
  };
  EXPECT_TRUE(follows(R"("2026-01-05T10:00:01Z")", R"("2026-01-06T09:59:00.123Z")"));
  EXPECT_TRUE(follows(R"("2026-01-05T12:00:01+02:00")", R"("2026-01-06T10:00:00Z")"));
  EXPECT_TRUE(follows(R"("Mon, 05 Jan 2026 10:00:00 GMT")", R"("Tue, 06 Jan 2026 10:00:00 GMT")"));
  EXPECT_TRUE(follows("1767607200", "1767693600"));
  EXPECT_TRUE(follows("1767607200123", "1767693600999"));
  EXPECT_TRUE(follows(R"("2026-01-05")", R"("2026-01-06")"));
  EXPECT_TRUE(follows(R"("2026-01-05T11:00:01Z")", R"("2026-01-06T11:00:03Z")")) << "an expiry in an hour";
  EXPECT_FALSE(follows(R"("2026-01-05T11:00:01Z")", R"("2026-01-06T11:30:01Z")")) << "another expiry";
  EXPECT_FALSE(follows(R"("2026-01-05T10:00:01Z")", R"("2026-01-05T10:00:02Z")")) << "a frozen clock";
  EXPECT_FALSE(follows(R"("2026-01-05T10:00:01Z")", R"("2026-01-06T10:06:00Z")")) << "over five minutes off";
  EXPECT_FALSE(follows(R"("2026-01-05T10:00:01Z")", "1767693600")) << "another format";
  EXPECT_FALSE(follows(R"("2024-02-30T10:00:01Z")", R"("2026-01-06T10:00:00Z")")) << "no such day";
}

}  // namespace
}  // namespace understudy::diff
