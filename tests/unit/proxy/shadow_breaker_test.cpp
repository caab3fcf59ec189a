#include "proxy/shadow/breaker.hpp"

#include <chrono>

#include <gtest/gtest.h>

namespace understudy::proxy {
namespace {

using std::literals::chrono_literals::operator""ms;
using std::literals::chrono_literals::operator""ns;
using std::literals::chrono_literals::operator""s;
using std::literals::chrono_literals::operator""h;
using Permit = Breaker::Permit;

class BreakerTest : public testing::Test {
 protected:
  void fail_until_open() {
    for (int i = 0; i < 5; ++i) breaker.failed(breaker.ask(now), now);
  }
  /// Opens again after its pause, by a failed probe.
  void fail_probe_after(std::chrono::nanoseconds pause) {
    now += pause;
    const auto permit = breaker.ask(now);
    ASSERT_EQ(permit, Permit::probe);
    breaker.failed(permit, now);
  }

  Breaker breaker{BreakerOptions{5, 1s, 30s}};
  Monotonic::time_point now{1h};
};

TEST_F(BreakerTest, OpensAfterFiveFailuresInARow) {
  for (int i = 0; i < 4; ++i) breaker.failed(breaker.ask(now), now);
  EXPECT_TRUE(breaker.is_closed());
  breaker.failed(breaker.ask(now), now);
  EXPECT_FALSE(breaker.is_closed());
  EXPECT_EQ(breaker.ask(now), Permit::refused);
}

TEST_F(BreakerTest, ASuccessInBetweenStartsTheCountAgain) {
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 4; ++i) breaker.failed(breaker.ask(now), now);
    breaker.succeeded(breaker.ask(now));
  }
  EXPECT_TRUE(breaker.is_closed());
}

TEST_F(BreakerTest, LetsOneProbeThroughAfterItsPause) {
  fail_until_open();
  EXPECT_EQ(breaker.ask(now + 999ms), Permit::refused);
  EXPECT_TRUE(breaker.refuses(now + 999ms));
  EXPECT_FALSE(breaker.refuses(now + 1s));
  EXPECT_EQ(breaker.ask(now + 1s), Permit::probe);
  EXPECT_EQ(breaker.ask(now + 1s), Permit::refused) << "one probe at a time";
}

TEST_F(BreakerTest, AGoodProbeClosesIt) {
  fail_until_open();
  breaker.succeeded(breaker.ask(now + 1s));
  EXPECT_TRUE(breaker.is_closed());
  EXPECT_EQ(breaker.ask(now + 1s), Permit::normal);
}

TEST_F(BreakerTest, ThePauseDoublesUpToItsMaximum) {
  fail_until_open();
  for (const auto pause : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
    EXPECT_TRUE(breaker.refuses(now + pause - 1ns)) << pause.count();
    fail_probe_after(pause);
  }
}

TEST_F(BreakerTest, AfterClosingThePauseStartsSmallAgain) {
  fail_until_open();
  fail_probe_after(1s);
  fail_probe_after(2s);
  now += 4s;
  breaker.succeeded(breaker.ask(now));
  fail_until_open();
  EXPECT_TRUE(breaker.refuses(now + 999ms));
  EXPECT_FALSE(breaker.refuses(now + 1s));
}

TEST_F(BreakerTest, LateAnswersDoNotCloseAndLateFailuresDoNotProlongIt) {
  const auto early = breaker.ask(now);
  fail_until_open();
  breaker.succeeded(early);
  EXPECT_FALSE(breaker.is_closed());
  breaker.failed(early, now + 900ms);
  EXPECT_FALSE(breaker.refuses(now + 1s));
}

TEST_F(BreakerTest, AProbeThatWasNeverSentMakesRoomForAnother) {
  fail_until_open();
  breaker.cancelled(breaker.ask(now + 1s));
  EXPECT_EQ(breaker.ask(now + 1s), Permit::probe);
}

}  // namespace
}  // namespace understudy::proxy
