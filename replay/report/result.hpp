// One finished run as every report shows it.
#pragma once

#include "replay/accounting.hpp"
#include "replay/capture_stream.hpp"
#include "replay/judge/judge.hpp"
#include "replay/judge/verdict.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace understudy::replay {

struct PacingResult {
  std::string mode;  ///< "2x", "500/s", "max"
  bool paced = true;
  std::chrono::nanoseconds planned{};
  std::chrono::nanoseconds actual{};
  Histogram lateness;
  Histogram dispatch_lag;
  std::uint64_t held_back = 0;  ///< exchanges that met the bound on waiting
};

/// `judge` must outlive it.
struct RunResult {
  Verdict verdict = Verdict::invalid;
  std::string target;
  std::uint64_t seed = 0;
  double sample = 1;
  std::uint64_t started_wall_ns = 0;
  std::vector<CaptureSummary> captures;
  std::uint64_t out_of_order = 0;
  Accounting accounting;
  PacingResult pacing;
  const Judge* judge = nullptr;
  diff::NoiseStats noise_learning;
  std::vector<Slowdown> slowdowns;
  std::vector<Finding> differences;  ///< header drift grouped, most frequent first
  std::vector<Finding> noise;
  std::vector<Check> checks;
};

/// How many answers a finding was looked for in: those of its endpoint, or all.
std::uint64_t compared_for(const RunResult& result, const Finding& finding);

}  // namespace understudy::replay
