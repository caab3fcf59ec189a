#include "proxy/downstream/overload.hpp"

#include <gtest/gtest.h>

namespace understudy::proxy {
namespace {

using std::chrono::milliseconds;

/// A worker whose events wait as long as a test says, measured every `step`.
class Load {
 public:
  void wait(milliseconds waited, milliseconds span, milliseconds step = milliseconds(20)) {
    for (auto end = now_ + span; now_ < end;) {
      now_ += std::max(step, waited);
      control_.observe(waited, now_, options_);
    }
  }
  void quiet(milliseconds span) { now_ += span; }
  /// How many of 1000 requests at this moment are turned away.
  int shed() {
    int turned_away = 0;
    for (int i = 0; i < 1000; ++i) turned_away += control_.admits(now_, options_) ? 0 : 1;
    return turned_away;
  }
  OverloadOptions& options() { return options_; }

 private:
  OverloadOptions options_;
  OverloadControl control_;
  OverloadControl::TimePoint now_{std::chrono::seconds(1000)};
};

TEST(Overload, NothingIsShedAtFirst) { EXPECT_EQ(Load().shed(), 0); }

TEST(Overload, ShortWaitsShedNothing) {
  Load load;
  load.wait(milliseconds(90), milliseconds(10'000));
  EXPECT_EQ(load.shed(), 0);
}

TEST(Overload, BurstThatDrainsWithinTheIntervalShedsNothing) {
  Load load;
  for (int i = 0; i < 20; ++i) {
    load.wait(milliseconds(300), milliseconds(300));
    load.wait(milliseconds(1), milliseconds(200));
  }
  EXPECT_EQ(load.shed(), 0);
}

TEST(Overload, StandingQueueShedsAndTheShareGrowsWhileItStands) {
  Load load;
  load.wait(milliseconds(150), milliseconds(700));
  const auto first = load.shed();
  EXPECT_GT(first, 0);
  load.wait(milliseconds(150), milliseconds(1000));
  EXPECT_GT(load.shed(), first);
}

TEST(Overload, LongerWaitsShedMoreAtOnce) {
  Load slight;
  slight.wait(milliseconds(120), milliseconds(700));
  Load heavy;
  heavy.wait(milliseconds(600), milliseconds(2000));
  EXPECT_GT(heavy.shed(), slight.shed());
}

TEST(Overload, SomeRequestsAlwaysGetThrough) {
  Load load;
  load.wait(milliseconds(1000), milliseconds(60'000));
  EXPECT_GE(load.shed(), 900);
  EXPECT_LE(load.shed(), 951);
}

TEST(Overload, RecoversWithinTwoIntervals) {
  Load load;
  load.wait(milliseconds(1000), milliseconds(60'000));
  load.wait(milliseconds(1), milliseconds(1000));
  EXPECT_EQ(load.shed(), 0);
}

TEST(Overload, IsForgottenWhenTheLoadGoesAway) {
  Load load;
  load.wait(milliseconds(1000), milliseconds(60'000));
  load.quiet(milliseconds(1001));
  EXPECT_EQ(load.shed(), 0);
}

TEST(Overload, ClearedShedsNothingUntilAQueueStandsAgain) {
  OverloadOptions options;
  OverloadControl control;
  OverloadControl::TimePoint now{std::chrono::seconds(1000)};
  for (int i = 0; i < 20; ++i) control.observe(milliseconds(400), now += milliseconds(100), options);
  ASSERT_GT(control.shed_share(), 0);
  control.clear();
  EXPECT_TRUE(control.admits(now, options));
  control.observe(milliseconds(400), now += milliseconds(100), options);
  EXPECT_EQ(control.shed_share(), 0);
}

TEST(Overload, WaitAroundTheTargetKeepsTheShare) {
  Load load;
  load.wait(milliseconds(400), milliseconds(5000));
  const auto share = load.shed();
  load.wait(milliseconds(80), milliseconds(5000));
  EXPECT_NEAR(load.shed(), share, 1);
}

TEST(Overload, ZeroTargetNeverSheds) {
  Load load;
  load.options().target = milliseconds(0);
  load.wait(milliseconds(5000), milliseconds(60'000));
  EXPECT_EQ(load.shed(), 0);
}

TEST(Overload, ShedRequestsAreSpreadEvenly) {
  OverloadOptions options;
  OverloadControl control;
  OverloadControl::TimePoint now{std::chrono::seconds(1000)};
  for (int i = 0; i < 200; ++i) control.observe(milliseconds(400), now += milliseconds(400), options);
  int longest_run = 0;
  int run = 0;
  for (int i = 0; i < 1000; ++i) {
    run = control.admits(now, options) ? 0 : run + 1;
    longest_run = std::max(longest_run, run);
  }
  EXPECT_LE(longest_run, 20);
}

}  // namespace
}  // namespace understudy::proxy
