// Measures what a ready request waits for its turn on a worker, while there is traffic.
#pragma once

#include "core/base/clock.hpp"
#include "core/net/deadline.hpp"
#include "core/net/poller.hpp"
#include "core/net/worker.hpp"
#include "proxy/downstream/overload.hpp"
#include "proxy/exchange/counters.hpp"

#include <cstdint>

namespace understudy::proxy {

/// An eventfd that is written now and then: the kernel queues its event behind those of the connections that
/// are ready already, so what it waits is what a request waits that arrives at the same time. Timers and
/// posted work would only see one turn of the loop. Belongs to one worker's thread.
class LoopProbe final : private net::Polled {
 public:
  /// All arguments outlive the probe. Without a descriptor to be had it never measures.
  LoopProbe(net::Worker& worker, const OverloadOptions& options, OverloadControl& control,
            WorkerCounters& counters);
  ~LoopProbe() override { close(); }

  /// A request is being served, or a connection taken: starts a measurement when the last one is over and
  /// some time has passed. With so few connections that none can wait, nothing is shed any more.
  void traffic(Monotonic::time_point now) noexcept;
  /// Before the event loop is destroyed; nothing is measured afterwards.
  void close() noexcept;

 private:
  void on_events(std::uint32_t events) override;
  void served() noexcept;
  /// Shedding ends at once, and the metric says so.
  void recover() noexcept;

  const OverloadOptions& options_;
  OverloadControl& control_;
  WorkerCounters& counters_;
  net::Poller& poller_;
  int event_;            ///< -1: none, or closed
  net::Deadline quiet_;  ///< armed while something is shed
  Monotonic::time_point sent_;
  bool pending_ = false;
};

}  // namespace understudy::proxy
