#include "proxy/downstream/sampler.hpp"

#include <gtest/gtest.h>

namespace understudy::proxy {
namespace {

http::RequestHead with_field(std::string_view name, std::string_view value) {
  http::RequestHead head;
  head.method = "GET";
  head.target = "/";
  head.fields.add(name, value);
  return head;
}

double taken_share(const std::string& key, double share, auto head_of,
                   std::string_view address = "10.0.0.1") {
  const SampleShare wanted(share);
  Sampler sampler(*SampleKey::parse(key), wanted, 1);
  constexpr int kRequests = 20'000;
  int taken = 0;
  for (int i = 0; i < kRequests; ++i)
    taken += sampler.takes(head_of(i), address, static_cast<std::uint64_t>(i)) ? 1 : 0;
  return static_cast<double>(taken) / kRequests;
}

TEST(SampleKey, ReadsEveryFormAndNamesThemInItsError) {
  EXPECT_EQ(SampleKey::parse("request")->kind, SampleKey::Kind::request);
  EXPECT_EQ(SampleKey::parse("connection")->kind, SampleKey::Kind::connection);
  EXPECT_EQ(SampleKey::parse("client_ip")->kind, SampleKey::Kind::client_ip);
  EXPECT_EQ(SampleKey::parse("header:x-user-id")->name, "x-user-id");
  EXPECT_EQ(SampleKey::parse("cookie:sid")->name, "sid");
  for (const auto* bad : {"", "header:", "cookie:", "user"})
    EXPECT_NE(SampleKey::parse(bad).error().message.find("header:NAME"), std::string::npos) << bad;
}

TEST(Sampler, AllAndNothingAreExact) {
  const auto plain = [](int) { return with_field("Host", "s"); };
  EXPECT_EQ(taken_share("request", 1.0, plain), 1.0);
  EXPECT_EQ(taken_share("request", 0.0, plain), 0.0);
}

TEST(Sampler, TakesItsShareOfRequestsConnectionsAndUsers) {
  const auto user = [](int i) { return with_field("X-User-Id", "user-" + std::to_string(i)); };
  for (const auto* key : {"request", "connection", "header:x-user-id"})
    EXPECT_NEAR(taken_share(key, 0.1, user), 0.1, 0.01) << key;
}

TEST(Sampler, SameKeySameDecisionOnEveryWorker) {
  const SampleShare share(0.5);
  Sampler one(*SampleKey::parse("cookie:sid"), share, 1);
  Sampler other(*SampleKey::parse("cookie:sid"), share, 999);
  for (int i = 0; i < 1000; ++i) {
    const auto head = with_field("Cookie", "a=b; sid=" + std::to_string(i));
    const bool taken = one.takes(head, "10.0.0.1", 1);
    EXPECT_EQ(other.takes(head, "10.0.0.2", 2), taken);
    EXPECT_EQ(one.takes(head, "10.0.0.3", 3), taken);
  }
}

TEST(Sampler, RaisingTheShareKeepsWhoWasIn) {
  SampleShare share(0.1);
  Sampler sampler(*SampleKey::parse("header:u"), share, 1);
  std::vector<int> in;
  for (int i = 0; i < 1000; ++i)
    if (sampler.takes(with_field("u", std::to_string(i)), "", 0)) in.push_back(i);
  share.set(0.3);
  for (const int i : in) EXPECT_TRUE(sampler.takes(with_field("u", std::to_string(i)), "", 0));
}

TEST(Sampler, RequestsWithoutTheKeyAreDecidedByClientAddress) {
  const SampleShare share(0.5);
  Sampler sampler(*SampleKey::parse("header:x-user-id"), share, 1);
  int taken = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto address = "10.0.0." + std::to_string(i);
    const bool first = sampler.takes(with_field("Host", "s"), address, 1);
    EXPECT_EQ(sampler.takes(with_field("Host", "s"), address, 2), first);
    taken += first ? 1 : 0;
  }
  EXPECT_NEAR(taken, 500, 80);
}

TEST(CookieValue, FindsWholeNamesInAnyOfSeveralFields) {
  http::Fields fields;
  fields.add("Cookie", "xsid=no; sid2=no");
  fields.add("cookie", " a ; sid = yes ;b=c");
  EXPECT_EQ(cookie_value(fields, "sid"), "yes");
  EXPECT_EQ(cookie_value(fields, "missing"), "");
}

}  // namespace
}  // namespace understudy::proxy
