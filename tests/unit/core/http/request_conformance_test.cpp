#include "tests/unit/core/http/case_name.hpp"
#include "tests/unit/core/http/feed.hpp"
#include "tests/unit/core/http/request_cases.hpp"

#include <gtest/gtest.h>

namespace understudy::http {
namespace {

constexpr int kRandomSplits = 8;

// Every way of splitting the bytes must give what the whole gave.
void expect_same_request_in_any_split(const std::string& raw, const Seen& expected) {
  EXPECT_EQ(feed_request(raw, byte_by_byte(raw.size())), expected) << "byte by byte";
  std::mt19937 random(static_cast<unsigned>(raw.size()));
  RequestParser reused{Limits{}};
  for (int i = 0; i < kRandomSplits; ++i) {
    const auto pieces = random_pieces(raw.size(), random);
    EXPECT_EQ(feed_request(raw, pieces, Limits{}, &reused), expected) << "random split " << i;
  }
}

class AcceptedRequestTest : public testing::TestWithParam<AcceptedRequest> {};

TEST_P(AcceptedRequestTest, GivesTheSameMessageHoweverItArrives) {
  const auto& expected = GetParam();
  const auto seen = feed_request(expected.raw, whole());
  EXPECT_EQ(seen.end, Seen::End::complete) << seen;
  EXPECT_EQ(seen.start_line, expected.start_line);
  EXPECT_EQ(seen.body, expected.body);
  EXPECT_EQ(seen.keep_alive, expected.keep_alive);
  EXPECT_EQ(seen.trailers, expected.trailers);
  EXPECT_EQ(seen.rest, expected.rest);
  expect_same_request_in_any_split(expected.raw, seen);
}

class RefusedRequestTest : public testing::TestWithParam<RefusedRequest> {};

TEST_P(RefusedRequestTest, IsRefusedWithItsStatusHoweverItArrives) {
  const auto& expected = GetParam();
  const auto seen = feed_request(expected.raw, whole());
  EXPECT_EQ(seen.end, Seen::End::error) << seen;
  EXPECT_EQ(status_for(seen.error), expected.status) << seen;
  expect_same_request_in_any_split(expected.raw, seen);
}

INSTANTIATE_TEST_SUITE_P(Accepted, AcceptedRequestTest, testing::ValuesIn(accepted_requests()), kNameOfCase);
INSTANTIATE_TEST_SUITE_P(Refused, RefusedRequestTest, testing::ValuesIn(refused_requests()), kNameOfCase);

TEST(RequestParserTest, EveryProperPrefixOfAnAcceptedRequestIsIncomplete) {
  for (const auto& accepted : accepted_requests()) {
    const auto size = std::min<std::size_t>(accepted.raw.size() - accepted.rest.size(), 400);
    for (std::size_t cut = 0; cut < size && accepted.raw.size() < 400; ++cut)
      ASSERT_EQ(feed_request(accepted.raw.substr(0, cut), whole()).end, Seen::End::incomplete)
          << accepted.name << " cut at " << cut;
  }
}

TEST(RequestParserTest, FieldsKeepOrderCaseAndDuplicates) {
  const auto seen = feed_request("GET / HTTP/1.1\r\nHost: a\r\nX-b: 1\r\nA:\t2 \r\nx-B: 3\r\n\r\n", whole());
  EXPECT_EQ(seen.fields, "Host: a\nX-b: 1\nA: 2\nx-B: 3\n");
}

TEST(RequestParserTest, TrailersAreNotMergedIntoTheHead) {
  const auto seen = feed_request(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Evil: 1\r\n\r\n", whole());
  EXPECT_EQ(seen.fields, "Host: a\nTransfer-Encoding: chunked\n");
  EXPECT_EQ(seen.trailers, "X-Evil: 1\n");
}

TEST(RequestParserTest, ContentLengthKeepsAll63Bits) {
  const auto seen =
      feed_request("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775807\r\n\r\nx", whole());
  EXPECT_EQ(seen.end, Seen::End::incomplete);
  EXPECT_EQ(seen.framing, BodyFraming::of_length(9223372036854775807ULL));
}

TEST(RequestParserTest, ExpectContinueIsSeenOnlyInHttp11) {
  EXPECT_TRUE(
      feed_request("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 0\r\n\r\n", whole())
          .expects_continue);
  EXPECT_FALSE(feed_request("PUT / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n", whole())
                   .expects_continue);
  EXPECT_FALSE(
      feed_request("PUT / HTTP/1.1\r\nHost: a\r\nExpect: magic\r\nContent-Length: 0\r\n\r\n", whole())
          .expects_continue);
}

TEST(RequestParserTest, LimitsAreExactToTheByte) {
  const std::string raw = "GET /abc HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n";
  const auto status_with = [&](const Limits& limits) {
    const auto seen = feed_request(raw, whole(), limits);
    EXPECT_EQ(feed_request(raw, byte_by_byte(raw.size()), limits), seen);
    return seen.end == Seen::End::complete ? 200 : status_for(seen.error);
  };
  EXPECT_EQ(status_with({.head_bytes = raw.size()}), 200u);
  EXPECT_EQ(status_with({.head_bytes = raw.size() - 1}), 431u);
  EXPECT_EQ(status_with({.target_bytes = 4}), 200u);
  EXPECT_EQ(status_with({.target_bytes = 3}), 414u);
  EXPECT_EQ(status_with({.field_count = 2}), 200u);
  EXPECT_EQ(status_with({.field_count = 1}), 431u);
}

TEST(RequestParserTest, OneParserReadsManyRequestsOfAConnection) {
  RequestParser parser{Limits{}};
  for (int round = 0; round < 3; ++round)
    for (const auto& accepted : accepted_requests())
      ASSERT_EQ(feed_request(accepted.raw, whole(), Limits{}, &parser), feed_request(accepted.raw, whole()))
          << accepted.name;
}

TEST(RequestParserTest, ContentIsAViewOfTheInput) {
  RequestParser parser{Limits{}};
  const std::string raw =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
  const auto head = parser.parse_head(raw);
  ASSERT_TRUE(head && head->complete);
  const auto body = parser.parse_body(std::string_view(raw).substr(head->consumed));
  ASSERT_TRUE(body.has_value());
  EXPECT_EQ(body->data.data(), raw.data() + raw.find("hello"));
  EXPECT_TRUE(body->complete) << "the end of the body is found in the same call";
}

}  // namespace
}  // namespace understudy::http
