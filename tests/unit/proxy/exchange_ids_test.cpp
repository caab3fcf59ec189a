#include "proxy/downstream/exchange_ids.hpp"

#include "proxy/exchange/trace_context.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace understudy::proxy {
namespace {

constexpr std::string_view kGiven = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

http::RequestHead with(std::initializer_list<http::Field> fields) {
  http::RequestHead head;
  head.method = "GET";
  head.target = "/";
  for (const auto& field : fields) head.fields.add(field.name, field.value);
  return head;
}

struct Taken {
  http::RequestHead head;
  ExchangeIds ids;
};

Taken take(std::initializer_list<http::Field> fields, IdPolicy policy = {}) {
  Taken taken{with(fields), {}};
  IdSource source(7);
  taken.ids.take(taken.head, policy, source);
  return taken;
}

TEST(ExchangeIds, MissingIdsAreMadeAndPutIntoTheHead) {
  const auto taken = take({});
  EXPECT_EQ(taken.head.fields.find("X-Request-Id"), taken.ids.request_id());
  const auto context = parse_traceparent(taken.head.fields.find("traceparent").value());
  ASSERT_TRUE(context);
  EXPECT_EQ(taken.head.fields.find("traceparent")->substr(3, 32), taken.ids.trace_id());
  EXPECT_TRUE(taken.head.fields.find("traceparent")->ends_with("-01"));
  EXPECT_EQ(taken.ids.request_id(), taken.ids.trace_id()) << "one id for both leads from log to trace";
}

TEST(ExchangeIds, FitIdsStayUntouched) {
  const auto taken = take({{"x-request-ID", "abc-1"}, {"traceparent", kGiven}, {"tracestate", "a=b"}});
  EXPECT_EQ(taken.ids.request_id(), "abc-1");
  EXPECT_EQ(taken.ids.trace_id(), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(taken.head.fields.size(), 3U);
  EXPECT_EQ(taken.head.fields.find("tracestate"), "a=b");
}

TEST(ExchangeIds, GivenTraceDoesNotNameTheRequest) {
  const auto taken = take({{"traceparent", kGiven}});
  EXPECT_NE(taken.ids.request_id(), taken.ids.trace_id()) << "a trace may hold many requests";
  EXPECT_EQ(taken.ids.request_id().size(), 32U);
}

TEST(ExchangeIds, UnfitRequestIdsAreReplaced) {
  for (const std::string& value : {std::string(), std::string(129, 'a'), std::string("two words"),
                                   std::string("tab\there"), std::string("\xc3\xa9")}) {
    const auto taken = take({{"X-Request-Id", value}});
    EXPECT_EQ(taken.ids.request_id().size(), 32U) << value;
    EXPECT_EQ(taken.head.fields.count("X-Request-Id"), 1U);
  }
  EXPECT_EQ(take({{"X-Request-Id", "a"}, {"X-Request-Id", "b"}}).ids.request_id().size(), 32U);
  EXPECT_EQ(take({{"X-Request-Id", std::string(128, 'a')}}).ids.request_id(), std::string(128, 'a'));
}

TEST(ExchangeIds, UnfitTraceparentIsReplacedAndItsStateGoes) {
  for (const std::string& value :
       {std::string(), std::string("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"),
        std::string("00-00000000000000000000000000000000-b7ad6b7169203331-01"),
        std::string("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"),
        std::string("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), std::string(kGiven) + "-x"}) {
    const auto taken = take({{"traceparent", value}, {"tracestate", "a=b"}});
    EXPECT_EQ(taken.head.fields.count("traceparent"), 1U);
    EXPECT_TRUE(parse_traceparent(*taken.head.fields.find("traceparent"))) << value;
    EXPECT_FALSE(taken.head.fields.contains("tracestate"));
  }
  EXPECT_EQ(take({{"traceparent", kGiven}, {"traceparent", kGiven}}).head.fields.count("traceparent"), 1U);
}

TEST(ExchangeIds, StateWithoutParentGoes) {
  EXPECT_FALSE(take({{"tracestate", "a=b"}}).head.fields.contains("tracestate"));
}

TEST(ExchangeIds, LaterVersionsArePassedOn) {
  const std::string later = "cc" + std::string(kGiven.substr(2)) + "-what-the-future-brings";
  EXPECT_EQ(take({{"traceparent", later}}).head.fields.find("traceparent"), later);
}

TEST(ExchangeIds, SampledFlagFollowsThePolicy) {
  const auto taken = take({}, IdPolicy{.sampled = false});
  EXPECT_TRUE(taken.head.fields.find("traceparent")->ends_with("-00"));
}

TEST(ExchangeIds, NothingIsMadeWhenThePolicyIsOff) {
  const auto taken = take({}, IdPolicy{.request_id = false, .traceparent = false});
  EXPECT_TRUE(taken.head.fields.empty());
  EXPECT_EQ(taken.ids.request_id(), "");
  EXPECT_EQ(taken.ids.trace_id(), "");
}

TEST(IdSource, IdsDifferAndNeverHoldLongRunsOfDigits) {
  IdSource source;
  std::set<std::string> seen;
  for (int i = 0; i < 10'000; ++i) {
    const auto id = source.trace_id();
    seen.emplace(id.data(), id.size());
    int run = 0;
    for (const char c : id) {
      run = c >= '0' && c <= '9' ? run + 1 : 0;
      ASSERT_LT(run, 9);
    }
  }
  EXPECT_EQ(seen.size(), 10'000U);
}

TEST(IdSource, TwoSourcesGiveDifferentIds) { EXPECT_NE(IdSource().trace_id(), IdSource().trace_id()); }

}  // namespace
}  // namespace understudy::proxy
