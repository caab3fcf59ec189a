#include "core/base/published.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

namespace understudy {
namespace {

TEST(Published, ReadersSeeTheNewestVersion) {
  Published<int> published(std::make_shared<const int>(1));
  Published<int>::Reader reader(published);
  EXPECT_EQ(*reader.get(), 1);
  published.publish(std::make_shared<const int>(2));
  EXPECT_EQ(*reader.get(), 2);
  EXPECT_EQ(*published.newest(), 2);
  EXPECT_EQ(*reader.get(), 2);
}

TEST(Published, OldVersionLivesAsLongAsSomebodyReadsIt) {
  const auto first = std::make_shared<const int>(1);
  Published<int> published(first);
  Published<int>::Reader reader(published);
  EXPECT_EQ(reader.get(), first);
  published.publish(std::make_shared<const int>(2));
  EXPECT_EQ(first.use_count(), 2);
  static_cast<void>(reader.get());
  EXPECT_EQ(first.use_count(), 1);
}

TEST(Published, ReaderOnAnotherThreadNeverGoesBack) {
  constexpr int kLast = 1000;
  Published<int> published(std::make_shared<const int>(0));
  std::atomic<bool> ordered{true};
  std::thread reading([&] {
    Published<int>::Reader reader(published);
    for (int seen = 0; seen != kLast;) {
      const int value = *reader.get();
      if (value < seen) ordered = false;
      seen = value;
    }
  });
  for (int i = 1; i <= kLast; ++i) published.publish(std::make_shared<const int>(i));
  reading.join();
  EXPECT_TRUE(ordered);
}

}  // namespace
}  // namespace understudy
