// A thread with an event loop that owns everything it serves: no locks inside, nothing shared but what is
// posted in.
#pragma once

#include "core/net/deadline.hpp"
#include "core/net/executor.hpp"
#include "core/net/task_group.hpp"

#include <functional>

namespace understudy::net {

/// One event loop. `run` is called by one thread, which may be any but must stay the same. Everything that
/// lives on the worker is touched by that thread only, or before `run` starts, or after it has returned.
class Worker {
 public:
  explicit Worker(unsigned index = 0);
  /// Destroys all suspended tasks; these may still use the worker's deadlines while they go.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  unsigned index() const noexcept { return index_; }
  asio::io_context& context() noexcept { return context_; }
  Executor executor() noexcept { return context_.get_executor(); }
  DeadlineWheel& deadlines() noexcept { return deadlines_; }
  TaskGroup& tasks() noexcept { return tasks_; }

  /// Runs until `stop`. An exception that leaves posted work is logged and ends that work alone.
  void run();
  /// Like `run`, but after each turn rests for what `rest` says (0: not at all), so that one wake-up serves
  /// all that has become ready meanwhile. For background work: a wake-up costs more than the work it brings.
  void run_gathering(const std::function<std::chrono::nanoseconds()>& rest);
  /// Runs until no task of `tasks()` is left, or until `stop`. For programs that end by themselves.
  void run_until_idle();
  /// From any thread: makes `run` return soon; tasks are destroyed with the worker.
  void stop();
  /// From any thread: runs `work` on the worker's thread.
  void post(std::function<void()> work);

 private:
  /// Calls `turn` again after an exception of posted work, until it returns.
  void run_guarded(const std::function<void()>& turn);

  /// Opens the protected shutdown, which destroys pending operations and with them the suspended tasks.
  class Context : public asio::io_context {
   public:
    Context();
    ~Context();
    using asio::io_context::shutdown;
  };

  Context context_;
  asio::executor_work_guard<Executor> guard_;
  DeadlineWheel deadlines_;
  TaskGroup tasks_;
  unsigned index_;
};

}  // namespace understudy::net
