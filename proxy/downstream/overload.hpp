// Decides which share of the requests a worker must turn away so that the rest is served in time: no I/O, no
// clock of its own.
#pragma once

#include <chrono>
#include <cstdint>

namespace understudy::proxy {

struct OverloadOptions {
  /// What an event may wait for its turn on the worker, as a standing state; 0: nothing is ever shed.
  std::chrono::nanoseconds target = std::chrono::milliseconds(100);
  /// How long even the shortest wait must have been above `target` before anything is shed.
  std::chrono::nanoseconds interval = std::chrono::milliseconds(500);
};

/// After CoDel (RFC 8289): what tells a queue that will not drain from a burst is the *shortest* wait within
/// an interval, not the average. Above the target the shed share grows with the excess; below half of it it
/// shrinks, and once next to nothing waits it halves five times per interval: gone half a second after the
/// load. One per worker.
class OverloadControl {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// An event that became ready has waited so long until it was served. `now` never goes back.
  void observe(std::chrono::nanoseconds waited, TimePoint now, const OverloadOptions& options) noexcept;

  /// For one request, or one new connection: false when it is among those to be turned away. They are spread
  /// evenly.
  bool admits(TimePoint now, const OverloadOptions& options) noexcept;

  /// The load is gone: all are admitted from now on.
  void clear() noexcept;

  /// In [0, 0.95]: a few always get through, to show when it is over.
  double shed_share() const noexcept { return shed_share_; }

 private:
  void begin_interval(TimePoint now) noexcept;
  void adjust(const OverloadOptions& options) noexcept;

  TimePoint interval_begin_;
  TimePoint last_observed_;
  std::chrono::nanoseconds shortest_{0};
  unsigned samples_ = 0;
  double shed_share_ = 0;
  double owed_ = 0;  ///< the part of a request that is due to be shed next
};

}  // namespace understudy::proxy
