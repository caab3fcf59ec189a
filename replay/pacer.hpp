// When each exchange is due: an absolute schedule, so that one late request delays no other. Sans-I/O.
#pragma once

#include <chrono>
#include <cstdint>
#include <variant>

namespace understudy::replay {

struct SpeedPace {
  double factor = 1;  ///< 2 plays the recording in half its time
};
struct RatePace {
  double per_second = 1;  ///< order and mix of the recording, evenly spaced
};
struct MaxPace {};  ///< as fast as connections allow

using Pace = std::variant<SpeedPace, RatePace, MaxPace>;

class Pacer {
 public:
  /// `first_start_ns`: when the recording began, since 1970.
  Pacer(const Pace& pace, std::uint64_t first_start_ns) : pace_(pace), first_start_ns_(first_start_ns) {}

  bool paced() const noexcept { return !std::holds_alternative<MaxPace>(pace_); }

  /// Time from the start of the run at which exchange number `index` (from 0), recorded at `start_ns`, is
  /// due: (start_ns - first_start_ns) / speed, or index / rate, or 0. Recordings before the first are due at
  /// once.
  std::chrono::nanoseconds due(std::uint64_t start_ns, std::uint64_t index) const noexcept;

 private:
  Pace pace_;
  std::uint64_t first_start_ns_;
};

}  // namespace understudy::replay
