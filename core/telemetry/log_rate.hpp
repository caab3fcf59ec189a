// One line a second of what a client or a failing peer could cause a thousand times: the log is no place to
// be flooded.
#pragma once

#include "core/base/clock.hpp"

#include <atomic>
#include <cstdint>
#include <optional>

namespace understudy::telemetry {

/// One per event, or per event and worker. Any thread, no lock.
class LogRate {
 public:
  /// Whether a line may be written now, and how many were held back since the last one.
  std::optional<std::uint64_t> admits(Monotonic::time_point now = Monotonic::now()) noexcept {
    const auto time = now.time_since_epoch().count();
    auto next = next_.load(std::memory_order_relaxed);
    if (time < next || !next_.compare_exchange_strong(next, time + kPause.count())) {
      held_back_.fetch_add(1, std::memory_order_relaxed);
      return std::nullopt;
    }
    return held_back_.exchange(0, std::memory_order_relaxed);
  }

 private:
  static constexpr Monotonic::duration kPause = std::chrono::seconds(1);
  std::atomic<Monotonic::rep> next_{0};
  std::atomic<std::uint64_t> held_back_{0};
};

}  // namespace understudy::telemetry
