#include "capture-format/pipeline/ordered_work.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

struct Number {
  int value = 0;
  int doubled = 0;
};

TEST(OrderedWork, ItemsComeOutInTheirOrderWhateverTakesLonger) {
  for (const unsigned threads : {1U, 2U, 5U}) {
    OrderedWork<Number> work(threads, [](Number& number) {
      if (number.value % 7 == 0) std::this_thread::sleep_for(std::chrono::microseconds(300));
      number.doubled = 2 * number.value;
    });
    int popped = 0;
    for (int pushed = 0; pushed < 500; ++pushed) {
      work.push(std::make_unique<Number>(Number{pushed, 0}));
      if (work.size() < 8) continue;
      const auto number = work.pop();
      ASSERT_EQ(number->value, popped++);
      ASSERT_EQ(number->doubled, 2 * number->value);
    }
    while (work.size() != 0) ASSERT_EQ(work.pop()->doubled, 2 * popped++);
    EXPECT_EQ(popped, 500);
  }
}

TEST(OrderedWork, WhatIsNotPoppedIsDroppedAtTheEnd) {
  std::atomic<int> begun{0};
  {
    OrderedWork<Number> work(3, [&begun](Number&) { ++begun; });
    for (int i = 0; i < 100; ++i) work.push(std::make_unique<Number>());
  }
  EXPECT_LE(begun, 100);
}

}  // namespace
}  // namespace understudy::capture::testing
