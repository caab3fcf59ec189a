// Every coroutine of a worker is started here, so that drain can wait for all and an escaped exception is not lost.
#pragma once

#include <cstddef>
#include <functional>

#include "core/net/executor.hpp"

namespace understudy::net {

/// Belongs to one worker's thread.
class TaskGroup {
 public:
  explicit TaskGroup(Executor executor) : executor_(executor) {}

  /// Starts `task`. An exception that leaves it ends that task alone and is logged as an internal error.
  void spawn(Task<> task);

  std::size_t running() const noexcept { return running_; }
  /// Called once when `running()` next becomes 0, or now if it is.
  void when_idle(std::function<void()> done);

 private:
  Executor executor_;
  std::size_t running_ = 0;
  std::function<void()> idle_;
};

}  // namespace understudy::net
