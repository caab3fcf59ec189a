// When a small piece of a slow upload is taken: one after the other, so that a crowd of them holds up nobody
// else.
#pragma once

#include <chrono>
#include <cstddef>
#include <utility>

namespace understudy::proxy {

/// A piece counts as a trickle if it comes after `kSilence` without one and the last one was below
/// `kSmallBytes`: heartbeats, and clients that hold on to a connection by a few bytes a second. Hundreds of
/// those at the same instant would keep the worker, and the origin behind it, from whoever has a request
/// meanwhile; streams that speak more often are left alone. One per worker; no I/O, no clock of its own.
class TrickleLane {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds kSilence{500};
  static constexpr std::size_t kSmallBytes = 1024;
  /// Between two turns: time for a request or two.
  static constexpr std::chrono::microseconds kPause{500};
  /// No piece waits longer; in a larger crowd several share a turn.
  static constexpr std::chrono::milliseconds kWaitMax{200};

  /// When a piece may be taken that has come now; `now` itself if nobody else has. `now` never goes back.
  TimePoint next_turn(TimePoint now) noexcept {
    if (next_ < now || next_ > now + kWaitMax) next_ = now;
    return std::exchange(next_, next_ + kPause);
  }

 private:
  TimePoint next_;
};

}  // namespace understudy::proxy
