// A thread with an event loop that owns everything it serves: no locks inside, nothing shared but what is posted in.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "core/net/deadline.hpp"
#include "core/net/executor.hpp"
#include "core/net/task_group.hpp"

namespace understudy::net {

/// One event loop. `run` is called by one thread, which may be any but must stay the same.
class Worker {
 public:
  explicit Worker(unsigned index = 0);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  unsigned index() const noexcept { return index_; }
  asio::io_context& context() noexcept { return context_; }
  Executor executor() noexcept { return context_.get_executor(); }
  DeadlineWheel& deadlines() noexcept { return deadlines_; }
  TaskGroup& tasks() noexcept { return tasks_; }

  /// Runs until `stop`, or until no work is left.
  void run();
  /// From any thread: makes `run` return soon; tasks are destroyed with the worker.
  void stop();
  /// From any thread: runs `work` on the worker's thread.
  void post(std::function<void()> work);

 private:
  asio::io_context context_;
  asio::executor_work_guard<Executor> guard_;
  DeadlineWheel deadlines_;
  TaskGroup tasks_;
  unsigned index_;
};

}  // namespace understudy::net
