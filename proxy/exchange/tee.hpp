// The bounded way from one worker to the shadow plane: try, or drop and count. Neither side ever waits.
#pragma once

#include "core/base/spsc_ring.hpp"
#include "proxy/exchange/event.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace understudy::proxy {

/// One per worker. The worker's thread calls the producer side, the shadow plane's thread the consumer side.
class Tee {
 public:
  struct Options {
    std::size_t events = 4096;  ///< exchanges in the ring
    std::size_t budget_bytes =
        64 * 1024 * 1024;  ///< of events in the ring and in the shadow plane, this worker's share
    std::size_t body_bytes_max = 1024 * 1024;  ///< per side
  };

  explicit Tee(const Options& options);

  const Options& options() const noexcept { return options_; }
  /// Producer: other limits of bytes; the number of events stays.
  void set_limits(const Options& options) noexcept {
    options_.budget_bytes = options.budget_bytes;
    options_.body_bytes_max = options.body_bytes_max;
  }

  /// Producer: an empty event, recycled when there is one. Null, and counted, when the byte budget is used
  /// up.
  EventPtr acquire();
  /// Producer: hands the event over; when the ring is full the event is dropped and counted as queue_full.
  void push(EventPtr event);
  /// Producer: gives back an event that will not be pushed.
  void discard(EventPtr event);
  /// Producer: counts an exchange that got no event at all (sampled out, paused).
  void count(Reason reason) noexcept;

  /// Consumer: the oldest event, or null.
  EventPtr pop();
  /// Consumer: done with the event; its bytes leave the budget.
  void recycle(EventPtr event);

  /// Any thread.
  std::uint64_t pushed() const noexcept { return pushed_.load(std::memory_order_relaxed); }
  std::uint64_t dropped(Reason reason) const noexcept {
    return dropped_[static_cast<std::size_t>(reason)].load(std::memory_order_relaxed);
  }
  std::size_t bytes_in_flight() const noexcept;
  std::size_t depth() const noexcept { return ring_.size(); }

 private:
  Options options_;
  SpscRing<EventPtr> ring_;
  SpscRing<EventPtr> free_;
  std::atomic<std::size_t> bytes_pushed_{0};    ///< written by the producer
  std::atomic<std::size_t> bytes_recycled_{0};  ///< written by the consumer
  std::atomic<std::uint64_t> pushed_{0};
  std::array<std::atomic<std::uint64_t>, kReasonNames.size()> dropped_{};
};

}  // namespace understudy::proxy
