#include "proxy/exchange/trace_context.hpp"
#include "proxy/shadow/poll_pace.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace understudy::proxy {
namespace {

TEST(TraceContext, AValidTraceparentIsRead) {
  const auto context = parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  ASSERT_TRUE(context);
  EXPECT_EQ(context->trace_id[0], '\x0a');
  EXPECT_EQ(context->trace_id[15], '\x9c');
  EXPECT_EQ(context->span_id[0], '\xb7');
  EXPECT_TRUE(parse_traceparent("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-later"))
      << "a later version";
}

TEST(TraceContext, AnythingElseIsNot) {
  for (const auto* bad : {"", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
                          "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                          "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                          "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                          "00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01",
                          "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
                          "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"})
    EXPECT_FALSE(parse_traceparent(bad)) << bad;
}

TEST(PollPace, RestsLongerTheLongerNobodyComes) {
  PollPace pace;
  EXPECT_EQ(pace.after(10), PollPace::kShortest);
  auto last = PollPace::kShortest;
  for (int i = 0; i < 10; ++i) {
    const auto next = pace.after(0);
    EXPECT_GE(next, last);
    last = next;
  }
  EXPECT_EQ(last, PollPace::kLongest);
  EXPECT_EQ(pace.after(1), PollPace::kShortest);
}

}  // namespace
}  // namespace understudy::proxy
