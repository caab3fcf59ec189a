#include "core/net/worker.hpp"

#include "tests/support/worker_thread.hpp"

#include <atomic>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace understudy::net {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ms;
using test::WorkerThread;

Task<> fail() {
  throw std::runtime_error("broken on purpose");
  co_return;
}

Task<> wait_for(Worker& worker, std::chrono::nanoseconds delay, int& counter) {
  Timer timer(worker.executor());
  timer.expires_after(delay);
  co_await timer.async_wait(use_task);
  ++counter;
}

TEST(Worker, RunsWhatManyThreadsPost) {
  constexpr int kThreads = 4;
  constexpr int kPostsEach = 2000;
  WorkerThread worker;
  int count = 0;  // touched on the worker's thread alone
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    auto post_all = [&worker, &count] {
      auto add = [&count] { ++count; };
      for (int n = 0; n < kPostsEach; ++n) worker.worker().post(add);
    };
    threads.emplace_back(post_all);
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(worker.call([&] { return count; }), kThreads * kPostsEach);
}

TEST(Worker, StopFromAnotherThreadEndsRun) {
  Worker worker;
  std::thread runner([&] { worker.run(); });
  worker.stop();
  runner.join();
}

TEST(Worker, ExceptionOfPostedWorkDoesNotEndTheLoop) {
  WorkerThread worker;
  worker.worker().post([] { throw std::runtime_error("broken on purpose"); });
  EXPECT_EQ(worker.call([] { return 7; }), 7);
}

TEST(Worker, RunUntilIdleReturnsWhenTheLastTaskHasEnded) {
  Worker worker;
  int count = 0;
  worker.tasks().spawn(wait_for(worker, 1ms, count));
  worker.tasks().spawn(wait_for(worker, 20ms, count));
  worker.run_until_idle();
  EXPECT_EQ(count, 2);
}

TEST(TaskGroup, AnExceptionEndsItsTaskAloneAndIsCounted) {
  Worker worker;
  int count = 0;
  worker.tasks().spawn(fail());
  worker.tasks().spawn(wait_for(worker, 1ms, count));
  EXPECT_EQ(worker.tasks().running(), 2U);
  worker.run_until_idle();
  EXPECT_EQ(worker.tasks().failed(), 1U);
  EXPECT_EQ(worker.tasks().running(), 0U);
  EXPECT_EQ(count, 1);
}

TEST(TaskGroup, CallsWhenIdleAtOnceIfNothingRuns) {
  Worker worker;
  bool called = false;
  worker.tasks().when_idle([&] { called = true; });
  EXPECT_TRUE(called);
}

/// A task that holds everything whose destructor talks to the worker, and waits for ever.
struct Witness {
  explicit Witness(std::atomic<int>& the_count) : count(the_count) {}
  ~Witness() { ++count; }
  std::atomic<int>& count;
};

void ignore(void*) {}

Task<> hold_everything(Worker& worker, std::atomic<int>& destroyed) {
  Witness witness(destroyed);
  Deadline deadline(worker.deadlines(), &ignore, nullptr);
  deadline.arm(1h);
  TcpAcceptor acceptor(worker.executor(), tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  TcpSocket client(worker.executor());
  co_await client.async_connect(acceptor.local_endpoint(), use_task);
  char byte = 0;
  co_await client.async_read_some(asio::buffer(&byte, 1), use_task);
}

TEST(Worker, DestructionDestroysSuspendedTasksWithTheirDeadlinesAndSockets) {
  std::atomic<int> destroyed{0};
  WorkerThread worker;
  auto spawn = [&] {
    for (int i = 0; i < 50; ++i) worker.worker().tasks().spawn(hold_everything(worker.worker(), destroyed));
  };
  worker.call(spawn);
  worker.call([] {});
  worker.stop();
  EXPECT_EQ(destroyed, 0);
  worker.destroy();
  EXPECT_EQ(destroyed, 50);
}

TEST(Worker, DestructionWithoutEverRunningDestroysTasks) {
  std::atomic<int> destroyed{0};
  auto worker = std::make_unique<Worker>();
  worker->tasks().spawn(hold_everything(*worker, destroyed));
  worker.reset();
}

}  // namespace
}  // namespace understudy::net
