#include "core/base/spsc_ring.hpp"

#include <cstdint>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

namespace understudy {
namespace {

TEST(SpscRing, CapacityIsRoundedUpToAPowerOfTwo) {
  EXPECT_EQ(SpscRing<int>(0).capacity(), 2U);
  EXPECT_EQ(SpscRing<int>(3).capacity(), 4U);
  EXPECT_EQ(SpscRing<int>(64).capacity(), 64U);
}

TEST(SpscRing, GivesBackInOrder) {
  SpscRing<int> ring(4);
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(ring.try_push(round * 10 + i));
    for (int i = 0; i < 3; ++i) {
      int value = -1;
      ASSERT_TRUE(ring.try_pop(value));
      EXPECT_EQ(value, round * 10 + i);
    }
  }
}

TEST(SpscRing, EmptyRingLeavesTheValueAlone) {
  SpscRing<int> ring(2);
  int value = 7;
  EXPECT_FALSE(ring.try_pop(value));
  EXPECT_EQ(value, 7);
}

TEST(SpscRing, FullRingRefusesAndLeavesTheValueWithTheCaller) {
  SpscRing<std::unique_ptr<int>> ring(2);
  EXPECT_TRUE(ring.try_push(std::make_unique<int>(1)));
  EXPECT_TRUE(ring.try_push(std::make_unique<int>(2)));
  auto third = std::make_unique<int>(3);
  EXPECT_FALSE(ring.try_push(std::move(third)));
  ASSERT_NE(third, nullptr);
  EXPECT_EQ(*third, 3);
  EXPECT_EQ(ring.size(), 2U);
  std::unique_ptr<int> first;
  ASSERT_TRUE(ring.try_pop(first));
  EXPECT_EQ(*first, 1);
  EXPECT_TRUE(ring.try_push(std::move(third)));
}

TEST(SpscRing, DestroysWhatIsLeftInside) {
  const auto witness = std::make_shared<int>(0);
  {
    SpscRing<std::shared_ptr<int>> ring(4);
    for (int i = 0; i < 3; ++i) ring.try_push(std::shared_ptr<int>(witness));
    EXPECT_EQ(witness.use_count(), 4);
  }
  EXPECT_EQ(witness.use_count(), 1);
}

TEST(SpscRing, TwoThreadsLoseAndReorderNothing) {
  constexpr std::uint64_t kCount = 300'000;
  SpscRing<std::unique_ptr<std::uint64_t>> ring(64);
  auto produce = [&ring] {
    for (std::uint64_t i = 0; i < kCount; ++i) {
      auto value = std::make_unique<std::uint64_t>(i * 0x9E3779B97F4A7C15U);
      while (!ring.try_push(std::move(value))) std::this_thread::yield();
    }
  };
  std::thread producer(produce);
  std::uint64_t in_order = 0;
  std::uint64_t checksum = 0;
  for (std::uint64_t i = 0; i < kCount; ++i) {
    std::unique_ptr<std::uint64_t> value;
    while (!ring.try_pop(value)) std::this_thread::yield();
    in_order += *value == i * 0x9E3779B97F4A7C15U ? 1 : 0;
    checksum += *value;
  }
  producer.join();
  EXPECT_EQ(in_order, kCount);
  EXPECT_EQ(checksum, (kCount * (kCount - 1) / 2) * 0x9E3779B97F4A7C15U);
  EXPECT_EQ(ring.size(), 0U);
}

}  // namespace
}  // namespace understudy
