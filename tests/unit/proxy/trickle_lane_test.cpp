#include "proxy/downstream/trickle_lane.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace understudy::proxy {
namespace {

using std::chrono_literals::operator""s;

constexpr TrickleLane::TimePoint kNow{1000s};

TEST(TrickleLane, LonePieceIsTakenAtOnce) {
  TrickleLane lane;
  EXPECT_EQ(lane.next_turn(kNow), kNow);
  EXPECT_EQ(lane.next_turn(kNow + 1s), kNow + 1s);
}

TEST(TrickleLane, PiecesOfOneInstantAreTakenOneAfterTheOther) {
  TrickleLane lane;
  for (int at = 0; at < 100; ++at) EXPECT_EQ(lane.next_turn(kNow), kNow + at * TrickleLane::kPause);
}

TEST(TrickleLane, NobodyWaitsLongerThanTheMostHoweverManyCome) {
  TrickleLane lane;
  auto latest = kNow;
  for (int at = 0; at < 10'000; ++at) latest = std::max(latest, lane.next_turn(kNow));
  EXPECT_EQ(latest, kNow + TrickleLane::kWaitMax);
}

TEST(TrickleLane, CrowdThatIsOverDelaysNobody) {
  TrickleLane lane;
  for (int at = 0; at < 100; ++at) lane.next_turn(kNow);
  EXPECT_EQ(lane.next_turn(kNow + TrickleLane::kWaitMax), kNow + TrickleLane::kWaitMax);
}

}  // namespace
}  // namespace understudy::proxy
