// What a recording lacks, when and why: the recorder's own account of its losses (proto Gap).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace understudy::capture {

/// Why exchanges are missing (proto GapReason).
enum class GapReason : std::uint8_t {
  upstream = 0,
  no_buffer = 1,
  too_large = 2,
  disk_full = 3,
  write_error = 4,
  crash = 5  ///< the recorder was killed: how many exchanges were lost is not known
};
inline constexpr std::size_t kGapReasons = 6;
inline constexpr std::array<std::string_view, kGapReasons> kGapReasonNames{
    "upstream", "no_buffer", "too_large", "disk_full", "write_error", "crash"};

/// Exchanges that should be in the file and are not.
struct Gap {
  std::uint64_t exchanges = 0;
  std::uint64_t bytes = 0;
  std::uint64_t from_ns = 0;
  std::uint64_t to_ns = 0;
  std::array<std::uint64_t, kGapReasons> by_reason{};
  std::uint16_t reasons = 0;  ///< bit n: GapReason n, also where its number is not known

  bool empty() const noexcept { return reasons == 0 && exchanges == 0 && bytes == 0; }
  bool has(GapReason reason) const noexcept { return (reasons >> static_cast<unsigned>(reason) & 1) != 0; }

  void add(GapReason reason, std::uint64_t count, std::uint64_t size, std::uint64_t at_ns) noexcept {
    add(reason, count, size, at_ns, at_ns);
  }

  void add(GapReason reason, std::uint64_t count, std::uint64_t size, std::uint64_t begin_ns,
           std::uint64_t end_ns) noexcept {
    if (empty() || begin_ns < from_ns) from_ns = begin_ns;
    to_ns = std::max(to_ns, end_ns);
    exchanges += count;
    bytes += size;
    by_reason[static_cast<std::size_t>(reason)] += count;
    reasons = static_cast<std::uint16_t>(reasons | 1u << static_cast<unsigned>(reason));
  }

  void add(const Gap& other) noexcept {
    if (other.empty()) return;
    if (empty() || other.from_ns < from_ns) from_ns = other.from_ns;
    to_ns = std::max(to_ns, other.to_ns);
    exchanges += other.exchanges;
    bytes += other.bytes;
    for (std::size_t i = 0; i < kGapReasons; ++i) by_reason[i] += other.by_reason[i];
    reasons = static_cast<std::uint16_t>(reasons | other.reasons);
  }
};

}  // namespace understudy::capture
