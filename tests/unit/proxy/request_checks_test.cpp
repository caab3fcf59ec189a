#include "proxy/downstream/request_checks.hpp"

#include "proxy/downstream/client_counts.hpp"
#include "proxy/downstream/loop_guard.hpp"

#include <optional>

#include <gtest/gtest.h>

namespace understudy::proxy {
namespace {

http::RequestHead request(std::string method, std::initializer_list<http::Field> fields) {
  http::RequestHead head;
  head.method = std::move(method);
  head.target = "/";
  for (const auto& field : fields) head.fields.add(field.name, field.value);
  return head;
}

unsigned status_of(const http::RequestHead& head, const RequestFacts& facts = {},
                   const DownstreamOptions& options = {}) {
  const auto own = own_answer(head, facts, options, "understudy-here");
  return own ? own->answer.status : 0;
}

TEST(RequestChecks, RequestThatHasPassedHereIsALoop) {
  EXPECT_EQ(status_of(request("GET", {{"Via", "1.1 understudy-here"}})), 508U);
  EXPECT_EQ(status_of(request("GET", {{"Via", "1.0 edge, 1.1 understudy-here (comment), 1.1 x"}})), 508U);
  EXPECT_EQ(status_of(request("GET", {{"Via", "1.1 x"}, {"via", "HTTP/1.1 understudy-here"}})), 508U);
}

TEST(RequestChecks, AnotherInstanceOfTheSameNameIsNoLoop) {
  EXPECT_EQ(status_of(request("GET", {{"Via", "1.1 understudy-there, 1.1 understudy"}})), 0U);
  EXPECT_EQ(status_of(request("GET", {{"Via", "1.1 understudy-here2"}})), 0U);
  EXPECT_EQ(status_of(request("GET", {{"Via", "1.1 x (understudy-here)"}})), 0U);
  EXPECT_EQ(status_of(request("GET", {{"X", "1.1 understudy-here"}})), 0U);
}

TEST(LoopGuard, PseudonymIsTheSameForTheLifeOfTheProcess) {
  EXPECT_EQ(via_pseudonym("understudy", "a"), "understudy-a");
  EXPECT_EQ(via_pseudonym("understudy", ""), via_pseudonym("understudy", ""));
  EXPECT_GT(via_pseudonym("understudy", "").size(), std::string("understudy-").size());
  EXPECT_EQ(via_pseudonym("", "a"), "");
  EXPECT_FALSE(has_passed_here(request("GET", {{"Via", "1.1 "}}), ""));
}

TEST(RequestChecks, SpentMaxForwardsOfOptionsIsAnsweredHere) {
  EXPECT_EQ(status_of(request("OPTIONS", {{"Max-Forwards", "0"}})), 200U);
  EXPECT_EQ(status_of(request("OPTIONS", {{"Max-Forwards", "1"}})), 0U);
  EXPECT_EQ(status_of(request("GET", {{"Max-Forwards", "0"}})), 0U);
}

TEST(RequestChecks, AnnouncedBodyOverTheLimitIs413) {
  DownstreamOptions options;
  RequestFacts facts;
  facts.framing = http::BodyFraming::of_length(11);
  EXPECT_EQ(status_of(request("POST", {}), facts, options), 0U) << "no limit by default";
  options.request_body_bytes_max = 10;
  EXPECT_EQ(status_of(request("POST", {}), facts, options), 413U);
  facts.framing = http::BodyFraming::of_length(10);
  EXPECT_EQ(status_of(request("POST", {}), facts, options), 0U);
}

TEST(ClientCounts, CountsPerAddressUntilTheSlotGoes) {
  ClientCounts counts;
  std::optional<ClientCounts::Slot> first(counts.enter("10.0.0.1", 2));
  const auto second = counts.enter("10.0.0.1", 2);
  EXPECT_TRUE(first->counted());
  EXPECT_TRUE(second.counted());
  EXPECT_FALSE(counts.enter("10.0.0.1", 2).counted());
  EXPECT_TRUE(counts.enter("10.0.0.2", 2).counted());
  first.reset();
  EXPECT_TRUE(counts.enter("10.0.0.1", 2).counted());
}

}  // namespace
}  // namespace understudy::proxy
