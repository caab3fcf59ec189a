#include "stub/response_book.hpp"

#include "tests/component/stub/recorded.hpp"

#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace understudy::stub::test {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kPlenty = 1024 * 1024;

class ResponseBookTest : public ::testing::Test {
 protected:
  void load() {
    for (const auto& exchange : recording_.exchanges()) ASSERT_TRUE(book_.add(exchange));
  }

  /// The body that a request is answered with, or "(unknown)".
  std::string ask(std::string_view method, std::string_view target, std::string_view body = {},
                  std::string_view marker = {}) const {
    const auto* answer = book_.find(request(method, target, body, marker));
    return answer == nullptr ? "(unknown)" : *answer->body;
  }

  Recording recording_;
  ResponseBook book_{kPlenty};
};

TEST_F(ResponseBookTest, MatchesMethodTargetAndBody) {
  recording_.add("GET", "/a?x=1", "", "get a1");
  recording_.add("POST", "/a?x=1", "one", "post one");
  recording_.add("POST", "/a?x=1", "two", "post two");
  load();
  EXPECT_EQ(ask("GET", "/a?x=1"), "get a1");
  EXPECT_EQ(ask("POST", "/a?x=1", "two"), "post two");
  EXPECT_EQ(ask("POST", "/a?x=1", "one"), "post one");
  EXPECT_EQ(ask("POST", "/a?x=1", "three"), "(unknown)");
  EXPECT_EQ(ask("GET", "/a?x=2"), "(unknown)");
  EXPECT_EQ(ask("HEAD", "/a?x=1"), "(unknown)");
}

TEST_F(ResponseBookTest, RepeatedRequestsGetRecordedOrderThenTheLastForEver) {
  for (const auto* body : {"first", "second", "third"}) recording_.add("GET", "/job", "", body);
  load();
  EXPECT_EQ(ask("GET", "/job"), "first");
  EXPECT_EQ(ask("GET", "/job"), "second");
  EXPECT_EQ(ask("GET", "/job"), "third");
  EXPECT_EQ(ask("GET", "/job"), "third");
  EXPECT_EQ(ask("GET", "/job"), "third");
}

TEST_F(ResponseBookTest, MarkerNamesTheExchangeAndLeavesTheOrderAlone) {
  for (const auto* body : {"first", "second", "third"}) recording_.add("GET", "/job", "", body);
  load();
  EXPECT_EQ(ask("GET", "/job", "", "v1;id=3;hop=1"), "third");
  EXPECT_EQ(ask("GET", "/job", "", "v1;id=1;hop=1"), "first");
  EXPECT_EQ(ask("GET", "/job", "", "v1;id=2;hop=1"), "second");
  EXPECT_EQ(ask("GET", "/job"), "first");
}

TEST_F(ResponseBookTest, MarkerOfAnotherRequestIsIgnored) {
  recording_.add("GET", "/a", "", "a");
  recording_.add("GET", "/b", "", "b");
  recording_.add("POST", "/a", "one", "posted");
  load();
  EXPECT_EQ(ask("GET", "/a", "", "v1;id=2;hop=1"), "a");
  EXPECT_EQ(ask("GET", "/a", "", "v1;id=99;hop=1"), "a");
  EXPECT_EQ(ask("POST", "/a", "two", "v1;id=3;hop=1"), "(unknown)");
}

TEST_F(ResponseBookTest, CollidingIdsOfTwoFilesFallBackToRecordedOrder) {
  recording_.add("GET", "/job", "", "file one").id = 7;
  recording_.add("GET", "/job", "", "file two").id = 7;
  recording_.add("GET", "/other", "", "other").id = 7;
  load();
  EXPECT_EQ(ask("GET", "/job", "", "v1;id=7;hop=1"), "file one");
  EXPECT_EQ(ask("GET", "/job", "", "v1;id=7;hop=1"), "file two");
  EXPECT_EQ(ask("GET", "/other", "", "v1;id=7;hop=1"), "other");
}

TEST_F(ResponseBookTest, RequestWhoseBodyWasNotRecordedMatchesByTargetAlone) {
  auto& cut = recording_.add("PUT", "/upload", "", "stored");
  cut.request.body_length = 5'000'000;
  cut.request.truncation = capture::Truncation::length;
  recording_.add("PUT", "/upload", "exact", "stored exactly");
  load();
  EXPECT_EQ(ask("PUT", "/upload", "anything"), "stored");
  EXPECT_EQ(ask("PUT", "/upload", "exact"), "stored exactly");
  EXPECT_EQ(ask("PUT", "/upload", "anything", "v1;id=1;hop=1"), "stored");
}

TEST_F(ResponseBookTest, MemoryCapIsAnErrorThatNamesTheOption) {
  ResponseBook small(1000);
  recording_.add("GET", "/big", "", std::string(2000, 'x'));
  const auto added = small.add(recording_.exchanges().front());
  ASSERT_FALSE(added);
  EXPECT_THAT(added.error().message, HasSubstr("--memory"));
}

TEST_F(ResponseBookTest, IdenticalBodiesAreKeptOnce) {
  const std::string body(10'000, 'x');
  for (int i = 0; i < 50; ++i) recording_.add("GET", "/same", "", body);
  load();
  EXPECT_LT(book_.counts().memory_bytes, 50'000U);
}

TEST_F(ResponseBookTest, ExchangeWithoutResponseIsSkippedAndCounted) {
  recording_.add("GET", "/gone", "", "").has_response = false;
  recording_.add("GET", "/cut", "", "ha").response.body_length = 4;
  load();
  EXPECT_EQ(book_.counts().exchanges, 1U);
  EXPECT_EQ(book_.counts().without_response, 1U);
  EXPECT_EQ(book_.counts().incomplete_bodies, 1U);
  EXPECT_EQ(ask("GET", "/gone"), "(unknown)");
  EXPECT_EQ(ask("GET", "/cut"), "ha");
}

TEST_F(ResponseBookTest, UnknownRequestIsExplained) {
  recording_.add("GET", "/products?page=1", "", "1");
  recording_.add("GET", "/products?page=2", "", "2");
  recording_.add("POST", "/cart", "x", "3");
  load();
  EXPECT_THAT(book_.explain_unknown(request("GET", "/products?page=3")),
              HasSubstr("nearest recorded target is /products?page="));
  EXPECT_THAT(book_.explain_unknown(request("POST", "/cart", "y")),
              HasSubstr("recorded with 1 other request body"));
  EXPECT_THAT(book_.explain_unknown(request("DELETE", "/cart")),
              HasSubstr("Nothing was recorded with method DELETE"));
}

TEST_F(ResponseBookTest, TargetRecordedOnlyWithoutBodyNeverLacksAnAnswer) {
  recording_.add("PUT", "/upload", "", "stored").request.body_length = 9;
  load();
  EXPECT_EQ(ask("PUT", "/upload", "x"), "stored");
}

TEST_F(ResponseBookTest, RecordedDelayIsFromLastRequestByteToFirstResponseByte) {
  recording_.add("GET", "/slow", "", "late").timings = {
      .request_done_ns = 1'000, .connected_ns = 2'000, .first_byte_ns = 51'000, .response_done_ns = 90'000};
  recording_.add("GET", "/unknown", "", "now");
  load();
  EXPECT_EQ(book_.find(request("GET", "/slow"))->delay, std::chrono::microseconds(50));
  EXPECT_EQ(book_.find(request("GET", "/unknown"))->delay, std::chrono::nanoseconds(0));
}

TEST_F(ResponseBookTest, ThreadsShareTheOrderWithoutLosingAnAnswer) {
  constexpr int kThreads = 4;
  constexpr int kEach = 500;
  for (int i = 0; i < kThreads * kEach; ++i) recording_.add("GET", "/n", "", std::to_string(i));
  load();
  std::vector<std::vector<std::string>> seen(kThreads);
  std::vector<std::thread> threads;
  for (auto& mine : seen)
    threads.emplace_back([this, &mine] {
      for (int i = 0; i < kEach; ++i) mine.push_back(ask("GET", "/n"));
    });
  for (auto& thread : threads) thread.join();
  std::set<std::string> all;
  for (const auto& mine : seen) all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), static_cast<std::size_t>(kThreads * kEach));
}

TEST(ExchangeIdTest, OnlyWellFormedMarkersNameAnExchange) {
  EXPECT_EQ(parse_exchange_id("v1;id=42;hop=1"), 42U);
  EXPECT_EQ(parse_exchange_id("v1;id=18446744073709551615;hop=1"), 18446744073709551615U);
  for (const auto* text : {"", "v1", "v1;id=", "v2;id=4;hop=1", "v1;id=-4;hop=1", "v1;id=4x;hop=1", "id=4",
                           "v1;id= 4", "v1;id=18446744073709551616;hop=1"})
    EXPECT_FALSE(parse_exchange_id(text)) << text;
}

}  // namespace
}  // namespace understudy::stub::test
