// Fresh request and trace ids for one worker: unique over machines and restarts, a few instructions each.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace understudy::proxy {

/// Seeded once from the system's randomness; afterwards no system call, no lock. Belongs to one worker.
class IdSource {
 public:
  static constexpr std::size_t kTraceDigits = 32;
  static constexpr std::size_t kSpanDigits = 16;
  using TraceId = std::array<char, kTraceDigits>;
  using SpanId = std::array<char, kSpanDigits>;

  IdSource();
  /// The same seed gives the same ids, for tests.
  explicit IdSource(std::uint64_t seed) noexcept;

  /// Lower-case hex, never all zero (W3C Trace Context §3.2.2). At least one of eight neighbouring digits is
  /// a letter, so that no detector of card or account numbers takes an id for one.
  TraceId trace_id() noexcept;
  SpanId span_id() noexcept;

 private:
  std::uint64_t high_;
  std::uint64_t low_;
  std::uint64_t span_;
};

}  // namespace understudy::proxy
