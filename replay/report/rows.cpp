#include "replay/report/rows.hpp"

#include "core/base/units.hpp"

namespace understudy::replay {
namespace {

DifferenceRow row_of(const RunResult& result, const Finding& finding) {
  return {.endpoint = finding.endpoint,
          .path = finding.path.empty() ? "(body)" : finding.path,
          .kind = std::string(diff::to_string(finding.kind)),
          .count = finding.count,
          .of = compared_for(result, finding),
          .request = finding.examples.front().request,
          .recorded = finding.examples.front().recorded,
          .replayed = finding.examples.front().replayed};
}

}  // namespace

std::vector<DifferenceRow> difference_rows(const RunResult& result) {
  std::vector<DifferenceRow> out;
  for (const auto& slowdown : result.slowdowns)
    out.push_back({.endpoint = slowdown.endpoint,
                   .path = "latency",
                   .kind = "slower",
                   .count = slowdown.slower,
                   .of = slowdown.pairs,
                   .request = slowdown.endpoint,
                   .recorded = "median " + format_duration(slowdown.recorded_median),
                   .replayed = "median " + format_duration(slowdown.candidate_median)});
  for (const auto& finding : result.differences) out.push_back(row_of(result, finding));
  return out;
}

std::vector<DifferenceRow> noise_rows(const RunResult& result) {
  std::vector<DifferenceRow> out;
  for (const auto& finding : result.noise) {
    auto row = row_of(result, finding);
    for (const auto& [why, count] : finding.evidence) row.kind += ", " + std::string(diff::to_string(why));
    out.push_back(std::move(row));
  }
  return out;
}

}  // namespace understudy::replay
