// Every coroutine of a worker is started here, so that drain can wait for all and an escaped exception is not
// lost.
#pragma once

#include "core/net/executor.hpp"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <string>

namespace understudy::net {

/// Belongs to one worker's thread.
class TaskGroup {
 public:
  explicit TaskGroup(Executor executor) : executor_(executor) {}
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Starts `task`. An exception that leaves it ends that task alone and is logged as an internal error.
  void spawn(Task<> task);

  std::size_t running() const noexcept { return running_; }
  /// Tasks that an exception has ended. Anything but 0 is a bug of ours.
  std::uint64_t failed() const noexcept { return failed_; }
  /// Called once when `running()` next becomes 0, or now if it is. Replaces an earlier callback.
  void when_idle(std::function<void()> done);

 private:
  void finished(std::exception_ptr error);

  Executor executor_;
  std::size_t running_ = 0;
  std::uint64_t failed_ = 0;
  std::function<void()> idle_;
};

/// What an exception says, for logs; "unknown exception" for those outside the standard hierarchy.
std::string describe(const std::exception_ptr& error);

}  // namespace understudy::net
