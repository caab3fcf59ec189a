// Where every recorded exchange went: each in exactly one place, so that the sums can be checked.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace understudy::replay {

/// Counts by closed-list reason.
using ReasonCounts = std::map<std::string, std::uint64_t, std::less<>>;

inline std::uint64_t total(const ReasonCounts& counts) noexcept {
  std::uint64_t sum = 0;
  for (const auto& [reason, count] : counts) sum += count;
  return sum;
}

/// in_capture = selected + filtered; selected = sent + blocked + shed + failed.
struct Accounting {
  std::uint64_t in_capture = 0;
  std::uint64_t sent = 0;  ///< answered completely
  std::uint64_t shed = 0;  ///< too late to be worth sending
  ReasonCounts filtered;   ///< sampled_out body_not_recorded local_reply not_sendable beyond_duration
                           ///< interrupted target_unreachable
  ReasonCounts blocked;    ///< by the guard, under the name of what decided
  ReasonCounts failed;     ///< sent without a complete answer

  std::uint64_t selected() const noexcept { return in_capture - total(filtered); }
  bool adds_up() const noexcept {
    return total(filtered) <= in_capture && selected() == sent + total(blocked) + shed + total(failed);
  }
};

}  // namespace understudy::replay
