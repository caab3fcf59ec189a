#include "replay/judge/latency_comparison.hpp"

#include "replay/judge/binomial.hpp"

#include <algorithm>

namespace understudy::replay {
namespace {

std::chrono::nanoseconds excess_over(std::chrono::nanoseconds longer, std::chrono::nanoseconds shorter) {
  const auto bound = static_cast<double>(shorter.count()) * LatencyComparison::kRatio;
  return std::max(std::chrono::nanoseconds(longer.count() - static_cast<std::int64_t>(bound)),
                  std::chrono::nanoseconds{});
}

}  // namespace

void LatencyComparison::add(std::string_view endpoint, std::chrono::nanoseconds recorded,
                            std::chrono::nanoseconds candidate) {
  auto found = endpoints_.find(endpoint);
  if (found == endpoints_.end()) {
    if (endpoints_.size() >= kEndpointsMax) return;
    found = endpoints_.try_emplace(std::string(endpoint)).first;
  }
  auto& pairs = found->second;
  pairs.slower_by.record(excess_over(candidate, recorded));
  pairs.faster_by.record(excess_over(recorded, candidate));
  pairs.recorded.record(recorded);
  pairs.candidate.record(candidate);
  ++pairs.count;
}

std::chrono::nanoseconds LatencyComparison::floor_without(const Pairs& own) const {
  Histogram others(1);
  for (const auto& [endpoint, pairs] : endpoints_)
    if (&pairs != &own) others.merge(pairs.slower_by);
  return std::max<std::chrono::nanoseconds>(kFloor, others.quantile(0.9));
}

std::vector<Slowdown> LatencyComparison::slowdowns() const {
  std::vector<Slowdown> out;
  for (const auto& [endpoint, pairs] : endpoints_) {
    // Most endpoints end here: the floor is only worked out for those that look slower at all.
    if (pairs.count < kPairsMin || pairs.slower_by.quantile(0.5) <= kFloor) continue;
    Slowdown slowdown;
    slowdown.endpoint = endpoint;
    slowdown.floor = floor_without(pairs);
    slowdown.pairs = pairs.count;
    slowdown.slower = pairs.slower_by.count_above(slowdown.floor);
    slowdown.faster = pairs.faster_by.count_above(slowdown.floor);
    slowdown.p_value = sign_test(slowdown.slower, slowdown.faster);
    slowdown.recorded_median = pairs.recorded.quantile(0.5);
    slowdown.candidate_median = pairs.candidate.quantile(0.5);
    if (slowdown.p_value < kAlpha && slowdown.slower * 2 > slowdown.pairs) out.push_back(std::move(slowdown));
  }
  return out;
}

std::uint64_t LatencyComparison::endpoints_judged() const noexcept {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(endpoints_, [](const auto& entry) { return entry.second.count >= kPairsMin; }));
}

}  // namespace understudy::replay
