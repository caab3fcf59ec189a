// The shadow plane's thread from the inside: takes events from the tees, feeds the flow, ends in order.
#pragma once

#include "core/net/worker.hpp"
#include "proxy/exchange/tee.hpp"
#include "proxy/shadow/exchange_flow.hpp"
#include "proxy/shadow/poll_pace.hpp"
#include "proxy/shadow/shadow_options.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace understudy::proxy {

/// Made and `run` on the plane's thread; `begin_stop`, `begin_taking`, `hand_over`, `forbid`, `set_paused`,
/// `paused` and `stats` may be called from any. May be destroyed by another thread once `run` has returned.
class PlaneLoop {
 public:
  /// Fails when the capture cannot be opened. The references must outlive the loop.
  static Outcome<std::unique_ptr<PlaneLoop>> make(const ShadowPlaneOptions& options,
                                                  const guard::Guard& guard, const scrub::Scrubber& scrubber,
                                                  const std::vector<Tee*>& tees);
  ~PlaneLoop();

  /// Returns after `begin_stop`, with everything in flight ended or given up and the capture sealed.
  void run();

  void begin_stop(std::chrono::nanoseconds grace);
  /// See ShadowPlane.
  void begin_taking(const ReasonCounts& dropped_before);
  ReasonCounts hand_over(bool take_rest);
  void forbid(std::vector<net::tcp::endpoint> endpoints);
  void set_paused(bool paused) noexcept { paused_.store(paused, std::memory_order_relaxed); }
  bool paused() const noexcept { return paused_.load(std::memory_order_relaxed); }
  ShadowStats stats() const;

 private:
  PlaneLoop(const ShadowPlaneOptions& options, const guard::Guard& guard, const scrub::Scrubber& scrubber,
            const std::vector<Tee*>& tees, std::unique_ptr<CaptureSink> capture);

  /// How long the thread may leave what becomes ready alone.
  std::chrono::nanoseconds rest() const;
  void poll();
  void poll_after(std::chrono::nanoseconds pause);
  struct Batch {
    std::size_t taken = 0;
    bool more = false;  ///< it ended for its own limits, not because the tees were empty
  };
  Batch take_batch();
  /// While stopping: takes what was in the tees then, no faster than the shadows do while there is time.
  void drain();
  void end_when_idle();
  /// What the tees have dropped while they were this plane's.
  ReasonCounts dropped_at_tees() const;
  bool handed_over() const;
  std::uint64_t lost_at_tees() const;

  net::Worker worker_;
  const std::vector<Tee*>& tees_;
  ForbiddenEndpoints forbidden_;
  std::atomic<bool> paused_{false};
  scrub::SessionKeys session_keys_;
  RedactionCounts redactions_;
  std::unique_ptr<CaptureSink> capture_;
  std::vector<std::unique_ptr<MirrorSender>> shadows_;
  ExchangeFlow flow_;
  net::Timer timer_;
  PollPace pace_;
  SingleWriterCounter taken_;
  bool taking_ = false;                  ///< the tees are this plane's
  mutable std::mutex dropped_mutex_;     ///< for the two below, which `stats` reads on other threads
  ReasonCounts dropped_before_{};        ///< at the tees, before they became this plane's
  std::optional<ReasonCounts> dropped_;  ///< until they became another's
  bool more_ = false;                    ///< the last look at the tees left events there
  bool stopping_ = false;
  bool closed_ = false;
  std::size_t left_to_drain_ = 0;
  Monotonic::time_point drain_by_;
  Monotonic::time_point stop_by_;
};

}  // namespace understudy::proxy
