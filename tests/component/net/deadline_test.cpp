#include "core/net/deadline.hpp"

#include "core/base/clock.hpp"
#include "core/net/worker.hpp"

#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace understudy::net {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ms;

/// Stops the worker when its deadline passes and remembers when that was.
struct Stopper {
  explicit Stopper(Worker& the_worker)
      : worker(the_worker), deadline(the_worker.deadlines(), &passed, this) {}
  static void passed(void* self) {
    auto& stopper = *static_cast<Stopper*>(self);
    stopper.at = Monotonic::now();
    ++stopper.calls;
    stopper.worker.stop();
  }
  Worker& worker;
  Deadline deadline;
  Monotonic::time_point at;
  int calls = 0;
};

void count_call(void* counter) { ++*static_cast<int*>(counter); }

TEST(Deadline, NeverPassesEarly) {
  for (const auto delay : {0ms, 1ms, 99ms, 100ms, 101ms, 250ms}) {
    Worker worker;
    Stopper stopper(worker);
    const auto armed = Monotonic::now();
    stopper.deadline.arm(delay);
    worker.run();
    EXPECT_GE(stopper.at - armed, delay);
    EXPECT_TRUE(stopper.deadline.expired());
    EXPECT_EQ(stopper.calls, 1);
  }
}

TEST(Deadline, ArmedInTheMiddleOfATickDoesNotPassEarlyEither) {
  Worker worker;
  Stopper stopper(worker);
  int other = 0;
  Deadline ticking(worker.deadlines(), &count_call, &other);
  ticking.arm(1h);
  Timer later(worker.executor());
  Monotonic::time_point armed;
  later.expires_after(60ms);
  auto arm = [&](const boost::system::error_code&) {
    armed = Monotonic::now();
    stopper.deadline.arm(100ms);
  };
  later.async_wait(arm);
  worker.run();
  EXPECT_GE(stopper.at - armed, 100ms);
}

TEST(Deadline, DisarmedOnesDoNotPass) {
  Worker worker;
  int disarmed_calls = 0;
  Deadline disarmed(worker.deadlines(), &count_call, &disarmed_calls);
  disarmed.arm(100ms);
  disarmed.disarm();
  Stopper stopper(worker);
  stopper.deadline.arm(300ms);
  worker.run();
  EXPECT_EQ(disarmed_calls, 0);
  EXPECT_FALSE(disarmed.expired());
}

TEST(Deadline, ReArmingReplacesTheEarlierTime) {
  Worker worker;
  Stopper early(worker);
  early.deadline.arm(100ms);
  const auto armed = Monotonic::now();
  early.deadline.arm(400ms);
  worker.run();
  EXPECT_GE(early.at - armed, 400ms);
  EXPECT_EQ(early.calls, 1);
}

TEST(Deadline, ReArmingClearsExpired) {
  Worker worker;
  Stopper stopper(worker);
  stopper.deadline.arm(0ms);
  worker.run();
  ASSERT_TRUE(stopper.deadline.expired());
  stopper.deadline.arm(1h);
  EXPECT_FALSE(stopper.deadline.expired());
}

/// The first that passes destroys all others, which are due in the same tick.
struct Reaper {
  std::vector<std::unique_ptr<Deadline>> deadlines;
  Worker* worker = nullptr;
  int calls = 0;
  static void passed(void* self) {
    auto& reaper = *static_cast<Reaper*>(self);
    ++reaper.calls;
    reaper.deadlines.clear();
    reaper.worker->stop();
  }
};

TEST(Deadline, ExpiryMayDestroyEveryOtherDeadlineOfTheSameTick) {
  Worker worker;
  Reaper reaper;
  reaper.worker = &worker;
  for (int i = 0; i < 20; ++i)
    reaper.deadlines.push_back(std::make_unique<Deadline>(worker.deadlines(), &Reaper::passed, &reaper));
  for (auto& deadline : reaper.deadlines) deadline->arm(100ms);
  worker.run();
  EXPECT_EQ(reaper.calls, 1);
  EXPECT_EQ(worker.deadlines().armed(), 0U);
}

TEST(DeadlineWheel, CountsWhatIsArmed) {
  Worker worker;
  int calls = 0;
  Deadline one(worker.deadlines(), &count_call, &calls);
  one.arm(1h);
  one.arm(2h);
  {
    Deadline two(worker.deadlines(), &count_call, &calls);
    two.arm(1h);
    EXPECT_EQ(worker.deadlines().armed(), 2U);
  }
  EXPECT_EQ(worker.deadlines().armed(), 1U);
}

TEST(DeadlineWheel, DelaysBeyondOneTurnOfTheWheelStayArmed) {
  Worker worker;
  int calls = 0;
  // A multiple of the wheel's 1024 slots away: the same slot as the very next ticks.
  Deadline far(worker.deadlines(), &count_call, &calls);
  far.arm(1024 * DeadlineWheel::kTick);
  Stopper stopper(worker);
  stopper.deadline.arm(300ms);
  worker.run();
  EXPECT_EQ(calls, 0);
  EXPECT_FALSE(far.expired());
}

}  // namespace
}  // namespace understudy::net
