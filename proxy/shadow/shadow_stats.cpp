#include "proxy/shadow/shadow_stats.hpp"

#include <numeric>

namespace understudy::proxy {

std::uint64_t sum(const ReasonCounts& counts) noexcept {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

std::uint64_t ShadowTargetStats::mirrored() const noexcept {
  return std::accumulate(outcomes.begin(), outcomes.end(), std::uint64_t{0});
}

}  // namespace understudy::proxy
