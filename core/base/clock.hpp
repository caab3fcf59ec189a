// The two clocks of the program, and times as captures store them. Sans-I/O code takes a time as an argument
// and never reads the clocks.
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>

namespace understudy {

using Monotonic = std::chrono::steady_clock;

inline constexpr std::uint64_t kSecondNs = 1'000'000'000;

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

/// Of a time since 1970, as the file system tells it.
inline std::uint64_t wall_ns_of(const timespec& time) noexcept {
  return static_cast<std::uint64_t>(time.tv_sec) * kSecondNs + static_cast<std::uint64_t>(time.tv_nsec);
}

}  // namespace understudy
