// Why an exchange was not mirrored or not recorded: the closed list that metrics, captures and explanations
// share.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace understudy::proxy {

enum class Reason : std::uint8_t {
  none,  ///< it was mirrored, or recorded
  sampled_out,
  write_blocked,
  body_too_large,
  encoding_unsupported,
  scrub_failed,
  queue_full,
  memory_budget,
  breaker_open,
  in_flight_limit,
  paused,
  client_abort,
  primary_failed,
  tunnel,
  target_refused,
  shutdown,
};

inline constexpr std::array<std::string_view, 16> kReasonNames{
    "none",         "sampled_out",  "write_blocked",  "body_too_large", "encoding_unsupported",
    "scrub_failed", "queue_full",   "memory_budget",  "breaker_open",   "in_flight_limit",
    "paused",       "client_abort", "primary_failed", "tunnel",         "target_refused",
    "shutdown"};

constexpr std::string_view to_string(Reason reason) noexcept {
  return kReasonNames[static_cast<std::size_t>(reason)];
}

}  // namespace understudy::proxy
