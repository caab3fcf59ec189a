#include "replay/pacer.hpp"

namespace understudy::replay {

std::chrono::nanoseconds Pacer::due(std::uint64_t start_ns, std::uint64_t index) const noexcept {
  using std::chrono::nanoseconds;
  if (const auto* speed = std::get_if<SpeedPace>(&pace_)) {
    if (start_ns <= first_start_ns_) return {};
    return nanoseconds(
        static_cast<std::int64_t>(static_cast<double>(start_ns - first_start_ns_) / speed->factor));
  }
  if (const auto* rate = std::get_if<RatePace>(&pace_))
    return nanoseconds(static_cast<std::int64_t>(static_cast<double>(index) * 1e9 / rate->per_second));
  return {};
}

}  // namespace understudy::replay
