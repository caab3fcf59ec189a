#include "proxy/shadow/ordered_lanes.hpp"

#include <memory>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace understudy::proxy {
namespace {

struct Item {
  int number = 0;
  std::unique_ptr<Item> next;
};

std::unique_ptr<Item> item(int number) {
  auto made = std::make_unique<Item>();
  made->number = number;
  return made;
}

TEST(OrderedLanes, ALaneGivesItsNextItemOnlyWhenThePreviousIsDone) {
  OrderedLanes<Item> lanes;
  lanes.push(7, item(1));
  lanes.push(7, item(2));
  std::uint64_t lane = 0;
  EXPECT_EQ(lanes.pop(lane)->number, 1);
  EXPECT_EQ(lane, 7u);
  EXPECT_FALSE(lanes.ready());
  EXPECT_EQ(lanes.pop(lane), nullptr);
  lanes.done(7);
  EXPECT_EQ(lanes.pop(lane)->number, 2);
}

TEST(OrderedLanes, LanesGoOnSideBySideAndTakeTurns) {
  OrderedLanes<Item> lanes;
  for (int i = 0; i < 3; ++i)
    for (std::uint64_t lane = 1; lane <= 3; ++lane) lanes.push(lane, item(static_cast<int>(lane) * 10 + i));
  std::vector<int> order;
  std::uint64_t lane = 0;
  while (auto next = lanes.pop(lane)) {
    order.push_back(next->number);
    lanes.done(lane);
  }
  EXPECT_EQ(order, (std::vector<int>{10, 20, 30, 11, 21, 31, 12, 22, 32}));
  EXPECT_EQ(lanes.waiting(), 0u);
}

TEST(OrderedLanes, AnItemThatComesWhileItsLaneIsBusyWaits) {
  OrderedLanes<Item> lanes;
  std::uint64_t lane = 0;
  lanes.push(1, item(1));
  const auto first = lanes.pop(lane);
  lanes.push(1, item(2));
  EXPECT_FALSE(lanes.ready());
  EXPECT_EQ(lanes.waiting(), 1u);
  lanes.done(1);
  EXPECT_TRUE(lanes.ready());
}

TEST(OrderedLanes, GivingUpYieldsEveryWaitingItemOnce) {
  OrderedLanes<Item> lanes;
  std::uint64_t lane = 0;
  for (int i = 0; i < 100; ++i) lanes.push(static_cast<std::uint64_t>(i % 7), item(i));
  const auto taken = lanes.pop(lane);
  std::set<int> numbers{taken->number};
  while (auto left = lanes.pop_any()) EXPECT_TRUE(numbers.insert(left->number).second);
  EXPECT_EQ(numbers.size(), 100u);
  EXPECT_EQ(lanes.waiting(), 0u);
  lanes.done(lane);
  EXPECT_FALSE(lanes.ready());
}

TEST(OrderedLanes, AHundredThousandWaitingItemsAreDestroyedWithoutDeepRecursion) {
  OrderedLanes<Item> lanes;
  for (int i = 0; i < 100'000; ++i) lanes.push(1, item(i));
  EXPECT_EQ(lanes.waiting(), 100'000u);
}

}  // namespace
}  // namespace understudy::proxy
