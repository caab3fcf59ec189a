// The two clocks of the program. Sans-I/O code takes a time as an argument and never reads these.
#pragma once

#include <chrono>
#include <cstdint>

namespace understudy {

using Monotonic = std::chrono::steady_clock;

/// Nanoseconds since 1970-01-01T00:00:00Z, as captures store them.
struct WallNs {
  std::uint64_t value = 0;
  auto operator<=>(const WallNs&) const = default;
};

inline WallNs wall_now() noexcept {
  return {static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                         std::chrono::system_clock::now().time_since_epoch())
                                         .count())};
}

}  // namespace understudy
