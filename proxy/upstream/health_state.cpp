#include "proxy/upstream/health_state.hpp"

#include <utility>

namespace understudy::proxy {

bool HealthState::take(HealthResult result) noexcept {
  const bool good = result == HealthResult::ok;
  const bool first = !std::exchange(known_, true);
  if (good == healthy_) {
    against_ = 0;
    return false;
  }
  ++against_;
  if (!first && against_ < (good ? options_.healthy : options_.unhealthy)) return false;
  against_ = 0;
  healthy_ = good;
  return true;
}

HealthResult judge_status(unsigned status, const HealthCheckOptions& options) noexcept {
  return status >= options.expect_first && status <= options.expect_last ? HealthResult::ok
                                                                         : HealthResult::bad_status;
}

std::chrono::nanoseconds jittered(std::chrono::nanoseconds interval, std::uint64_t random) noexcept {
  constexpr std::int64_t kSteps = 1000;
  const auto step = static_cast<std::int64_t>(random % (kSteps + 1)) - kSteps / 2;  // -500 to 500
  return interval + interval / (5 * kSteps) * step;                                 // a tenth at the ends
}

}  // namespace understudy::proxy
