// From tallies to one verdict: every check with what was observed, what was allowed, and on how much
// evidence.
#pragma once

#include "core/base/exit_code.hpp"
#include "replay/accounting.hpp"
#include "replay/judge/binomial.hpp"
#include "replay/judge/judge.hpp"
#include "replay/judge/threshold.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::replay {

enum class Verdict : std::uint8_t { pass, fail, inconclusive, invalid, interrupted };
std::string_view to_string(Verdict verdict) noexcept;
ExitCode exit_code_of(Verdict verdict) noexcept;

struct Check {
  enum class Status : std::uint8_t { pass, fail, inconclusive, invalid };
  std::string name;
  double observed = 0;
  std::string limit;  ///< "= 0", "< 0.001"
  bool has_interval = false;
  Interval interval;    ///< 95 % of a share
  std::uint64_t n = 0;  ///< observations behind it
  Status status = Status::pass;
  std::string note;  ///< for people
};
std::string_view to_string(Check::Status status) noexcept;

/// Everything a verdict rests on.
struct RunEvidence {
  const Accounting& accounting;
  const Judge& judge;
  const std::vector<Slowdown>& slowdowns;
  const Histogram& lateness;
  const Histogram& dispatch_lag;
  std::chrono::nanoseconds planned{};  ///< length of the schedule
  bool paced = true;
  bool interrupted = false;
  bool unreachable = false;
  std::uint64_t damaged_places = 0;  ///< in all captures: what was recorded there was not replayed
};

/// Share of answered exchanges that must have been compared for a pass.
inline constexpr double kCoverageMin = 0.5;

/// The built-in checks, and those of `thresholds`; a threshold on mismatch_rate, failed_rate or coverage
/// replaces the built-in one.
std::vector<Check> make_checks(const RunEvidence& evidence, const std::vector<Threshold>& thresholds);

/// interrupted, else invalid, fail, inconclusive, pass: the first that holds.
Verdict verdict_of(const RunEvidence& evidence, const std::vector<Check>& checks) noexcept;

/// How late the generator itself may be: 5 % of the schedule, at least 100 ms, at most 1 s, in 99 of 100
/// cases.
std::chrono::nanoseconds lag_limit(std::chrono::nanoseconds planned) noexcept;

}  // namespace understudy::replay
