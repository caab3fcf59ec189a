// How many client connections the limit of open files (RLIMIT_NOFILE) has room for.
#pragma once

#include <cstddef>
#include <cstdint>

namespace understudy::proxy {

/// Kept for everything that is no client: listeners, event loops, logs, captures, the admin server, shadows;
/// half of a limit that is smaller than twice this.
inline constexpr std::uint64_t kReservedDescriptors = 128;

/// Most client connections per worker under `limit` descriptors: three quarters of what is not reserved, so
/// that a quarter is left for connections to the primary, which only busy clients have. At least 1.
constexpr std::size_t connections_for(std::uint64_t limit, std::size_t workers) noexcept {
  const std::uint64_t free = limit - (limit / 2 < kReservedDescriptors ? limit / 2 : kReservedDescriptors);
  const std::uint64_t per_worker = free / 4 * 3 / (workers == 0 ? 1 : workers);
  return per_worker == 0 ? 1 : static_cast<std::size_t>(per_worker);
}

/// The soft limit of this process now; a very large number when there is none.
std::uint64_t descriptor_limit() noexcept;

/// `connections_max` or what the limit has room for, whichever is less.
std::size_t affordable_connections(std::size_t connections_max, std::size_t workers);

}  // namespace understudy::proxy
