#include "proxy/downstream/body_encoder.hpp"
#include "proxy/downstream/local_reply.hpp"
#include "proxy/downstream/request_facts.hpp"
#include "proxy/downstream/response_plan.hpp"
#include "proxy/downstream/retry_rule.hpp"
#include "proxy/exchange/counters.hpp"

#include <gtest/gtest.h>

namespace understudy::proxy {
namespace {

using Kind = http::BodyFraming::Kind;

constexpr FailedAttempt kLost{false, true, true, false};

TEST(RetryRule, LostConnectionAndIdempotentReplayableRequest) { EXPECT_TRUE(may_repeat(kLost)); }

TEST(RetryRule, EachConditionAloneForbidsIt) {
  auto begun = kLost;
  begun.response_begun = true;
  auto unsafe = kLost;
  unsafe.idempotent = false;
  auto gone = kLost;
  gone.replayable = false;
  auto again = kLost;
  again.repeated_before = true;
  for (const auto& failed : {begun, unsafe, gone, again}) EXPECT_FALSE(may_repeat(failed));
}

TEST(RetryRule, MethodsAreCaseSensitive) {
  for (const auto* method : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"})
    EXPECT_TRUE(is_idempotent(method));
  for (const auto* method : {"POST", "PATCH", "get", "LOCK", ""}) EXPECT_FALSE(is_idempotent(method));
}

RequestFacts persistent() {
  RequestFacts facts;
  facts.keep_alive = true;
  return facts;
}

TEST(ResponsePlan, KnownLengthPersists) {
  const auto plan = plan_response(persistent(), {http::BodyFraming::of_length(5)});
  EXPECT_EQ(plan.framing, http::BodyFraming::of_length(5));
  EXPECT_FALSE(plan.close);
}

TEST(ResponsePlan, UnknownLengthIsChunkedForHttp11AndClosesForHttp10) {
  auto old = persistent();
  old.http_1_0 = true;
  for (const auto origin : {http::BodyFraming::chunked(), http::BodyFraming::until_close()}) {
    EXPECT_EQ(plan_response(persistent(), {origin}).framing.kind, Kind::chunked);
    const auto plan = plan_response(old, {origin});
    EXPECT_EQ(plan.framing.kind, Kind::until_close);
    EXPECT_TRUE(plan.close);
    EXPECT_FALSE(plan.keep_alive_1_0);
  }
}

TEST(ResponsePlan, DrainEarlyResponseAndTheClientsWishClose) {
  EXPECT_TRUE(plan_response(persistent(), {http::BodyFraming::none(), true, true}).close);
  EXPECT_TRUE(plan_response(persistent(), {http::BodyFraming::none(), false, false}).close);
  EXPECT_TRUE(plan_response(RequestFacts{}, {http::BodyFraming::none()}).close);
}

TEST(UpstreamReuse, OnlyWithNothingUnreadAndNothingUnsent) {
  EXPECT_TRUE(may_reuse_upstream({true, false, true, false}));
  EXPECT_FALSE(may_reuse_upstream({false, false, true, false}));
  EXPECT_FALSE(may_reuse_upstream({true, true, true, false}));
  EXPECT_FALSE(may_reuse_upstream({true, false, false, false}));
  EXPECT_FALSE(may_reuse_upstream({true, false, true, true}));
}

TEST(LocalReply, HeadRequestGetsTheLengthButNoBody) {
  std::string whole;
  append_local_answer(whole, {.status = 502, .text = "Down", .date = "now"});
  EXPECT_TRUE(whole.starts_with("HTTP/1.1 502 Bad Gateway\r\nDate: now\r\n"));
  EXPECT_TRUE(whole.ends_with("Content-Length: 5\r\nConnection: close\r\n\r\nDown\n"));
  std::string head;
  append_local_answer(head, {.status = 502, .text = "Down", .date = "now", .head_request = true});
  EXPECT_EQ(head + "Down\n", whole);
}

TEST(BodyEncoder, TrailersThatFrameRouteOrAuthenticateAreNotForwarded) {
  http::Fields trailers;
  for (const auto* name : {"X-Checksum", "Content-Length", "Transfer-Encoding", "Host", "authorization",
                           "Set-Cookie", "Server-Timing"})
    trailers.add(name, "v");
  const auto kept = forwardable_trailers(trailers);
  ASSERT_EQ(kept.size(), 2U);
  EXPECT_EQ(kept[0].name, "X-Checksum");
  EXPECT_EQ(kept[1].name, "Server-Timing");
}

TEST(Counters, DurationsFallIntoTheirBucketsInclusively) {
  DurationHistogram histogram;
  histogram.record(std::chrono::microseconds(50));
  histogram.record(std::chrono::milliseconds(1));
  histogram.record(std::chrono::minutes(2));
  EXPECT_EQ(histogram.bucket(0), 1U);
  EXPECT_EQ(histogram.bucket(4), 1U);
  EXPECT_EQ(histogram.bucket(kDurationBounds.size()), 1U);
  EXPECT_EQ(histogram.count(), 3U);
  EXPECT_NEAR(histogram.sum_seconds(), 120.00105, 1e-9);
}

}  // namespace
}  // namespace understudy::proxy
