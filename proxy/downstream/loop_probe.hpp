// Measures what a ready request waits for its turn on a worker, while there is traffic.
#pragma once

#include "core/base/clock.hpp"
#include "core/net/worker.hpp"
#include "proxy/downstream/overload.hpp"
#include "proxy/exchange/counters.hpp"

#include <cstdint>
#include <optional>

#include <boost/asio/posix/basic_stream_descriptor.hpp>

namespace understudy::proxy {

/// An eventfd that is written now and then: the kernel queues its event behind those of the connections that
/// are ready already, so what it waits is what a request waits that arrives at the same time. Timers and
/// posted work would only see one turn of the loop. Belongs to one worker's thread.
class LoopProbe {
 public:
  /// All arguments outlive the probe. Without a descriptor to be had it never measures.
  LoopProbe(net::Worker& worker, const OverloadOptions& options, OverloadControl& control,
            WorkerCounters& counters);
  LoopProbe(const LoopProbe&) = delete;
  LoopProbe& operator=(const LoopProbe&) = delete;

  /// A request is being served: starts a measurement when the last one is over and some time has passed, and
  /// when there are connections enough for any of them to wait.
  void traffic(Monotonic::time_point now) noexcept;
  /// Gives back what belongs to the event loop, so before that is destroyed; nothing is measured afterwards.
  void close() noexcept;

 private:
  void served() noexcept;

  const OverloadOptions& options_;
  OverloadControl& control_;
  WorkerCounters& counters_;
  using Descriptor = net::asio::posix::basic_stream_descriptor<net::Executor>;
  std::optional<Descriptor> event_;  ///< destroyed by `close`, before the event loop is
  Monotonic::time_point sent_;
  bool pending_ = false;
};

}  // namespace understudy::proxy
