// A second coroutine of one exchange (an upload, the other half of a tunnel), always joined before the first
// one ends.
#pragma once

#include "core/net/executor.hpp"
#include "core/net/worker.hpp"

namespace understudy::proxy {

/// Lives on the worker's thread and longer than what it starts: whoever starts a companion awaits `joined`.
class Companion {
 public:
  explicit Companion(net::Worker& worker) : worker_(worker), ended_(worker.executor()) {}

  /// At most one at a time.
  void start(net::Task<> task);
  bool running() const noexcept { return running_; }
  /// Returns when the companion has ended.
  net::Task<> joined();

 private:
  net::Task<> run(net::Task<> task);

  net::Worker& worker_;
  net::Timer ended_;  ///< never passes; cancelled to wake the one who waits
  bool running_ = false;
};

}  // namespace understudy::proxy
