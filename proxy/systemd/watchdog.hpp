// Keeps the service manager's watchdog calm for as long as every worker answers.
#pragma once

#include "core/net/worker.hpp"
#include "proxy/systemd/service_notifier.hpp"
#include "proxy/worker_units.hpp"

#include <cstddef>

namespace understudy::proxy {

/// Lives on the control worker. Does nothing when no watchdog is set.
class Watchdog {
 public:
  /// All outlive it.
  Watchdog(net::Worker& control, const WorkerUnits& units, const ServiceNotifier& notifier)
      : control_(control), units_(units), notifier_(notifier), timer_(control.executor()) {}

  /// From here on, at half the interval that is expected: asks every worker for an answer, and reports when
  /// all have given the last one. A worker that hangs silences it, and the service is restarted.
  void start();
  void stop() { timer_.cancel(); }

 private:
  void tick();

  net::Worker& control_;
  const WorkerUnits& units_;
  const ServiceNotifier& notifier_;
  net::Timer timer_;
  std::size_t unanswered_ = 0;
};

}  // namespace understudy::proxy
