// How a proxy ends: readiness first, then the listeners, then what is in flight, in bounded time.
#pragma once

#include "core/base/exit_code.hpp"
#include "core/net/worker.hpp"
#include "proxy/downstream/options.hpp"
#include "proxy/systemd/service_notifier.hpp"
#include "proxy/worker_units.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace understudy::proxy {

/// Lives on the control worker, whose loop it stops when all is over. One thread unless said otherwise.
class Drain {
 public:
  enum class Phase : std::uint8_t {
    starting,
    serving,
    leaving,   ///< readiness fails, connections are still taken (`timeouts.drain_delay`)
    draining,  ///< listeners close, responses say Connection: close
    stopping,
  };

  /// All outlive it.
  Drain(net::Worker& control, const WorkerUnits& units, const ServiceNotifier& notifier)
      : control_(control), units_(units), notifier_(notifier), timer_(control.executor()) {}

  void serving();
  /// Graceful: nobody who has connected is reset; what runs longer than `timeouts.drain` is cut off. Later
  /// calls do nothing.
  void begin(const Timeouts& timeouts);
  /// Now: what runs is cut off. Also in the middle of a graceful end.
  void stop();

  /// Any thread.
  Phase phase() const noexcept { return phase_; }
  /// interrupted after `stop`, else ok.
  ExitCode exit_code() const noexcept { return exit_code_; }

 private:
  void close_listeners(std::chrono::nanoseconds patience);
  void give_up();
  void await_workers();
  void worker_ended(std::size_t index);

  net::Worker& control_;
  const WorkerUnits& units_;
  const ServiceNotifier& notifier_;
  net::Timer timer_;
  std::atomic<Phase> phase_{Phase::starting};
  std::vector<bool> ended_;  ///< by worker
  ExitCode exit_code_ = ExitCode::ok;
};

}  // namespace understudy::proxy
