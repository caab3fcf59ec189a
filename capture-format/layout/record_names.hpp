// The names of a record's enumerators and classes of status in every text that we write.
#pragma once

#include "capture-format/record.hpp"

#include <array>
#include <string_view>

namespace understudy::capture {

/// As chunk headers count them: [0] is no response at all.
inline constexpr std::array<std::string_view, 6> kStatusClassNames{"none", "1xx", "2xx", "3xx", "4xx", "5xx"};

constexpr std::string_view name_of(Fate fate) noexcept {
  constexpr std::array<std::string_view, 5> kNames{"ok", "client_abort", "upstream_timeout", "reset",
                                                   "local_reply"};
  return kNames[static_cast<std::size_t>(fate)];
}

constexpr std::string_view name_of(Truncation truncation) noexcept {
  constexpr std::array<std::string_view, 6> kNames{"none",       "length", "time",
                                                   "disconnect", "memory", "policy"};
  return kNames[static_cast<std::size_t>(truncation)];
}

constexpr std::string_view name_of(MirrorOutcome outcome) noexcept {
  constexpr std::array<std::string_view, 8> kNames{"not_sampled",   "sent",    "write_blocked", "rewritten",
                                                   "queue_dropped", "timeout", "conn_error",    "answered"};
  return kNames[static_cast<std::size_t>(outcome)];
}

constexpr std::string_view name_of(ScrubState state) noexcept {
  constexpr std::array<std::string_view, 4> kNames{"clean", "redacted", "failed_body_removed", "off"};
  return kNames[static_cast<std::size_t>(state)];
}

}  // namespace understudy::capture
