// Whether a host counts as healthy, from the results of its checks: a state machine without I/O or clock.
#pragma once

#include "proxy/upstream/primary_config.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace understudy::proxy {

/// How a check ended. Closed list, metric label.
enum class HealthResult : std::uint8_t {
  ok,
  bad_status,      ///< outside `expect`
  connect_failed,  ///< refused, unreachable or too slow; also a host whose name has no address
  timeout,         ///< no whole response in time
  bad_response,    ///< closed early, or not HTTP
};
inline constexpr std::array<std::string_view, 5> kHealthResultNames{"ok", "bad_status", "connect_failed",
                                                                    "timeout", "bad_response"};

/// A host starts healthy, so that a restart of the proxy does not wait for checks; the first result alone
/// decides, from then on it takes `healthy` or `unhealthy` results in a row to change.
class HealthState {
 public:
  explicit HealthState(const HealthCheckOptions& options) : options_(options) {}

  bool healthy() const noexcept { return healthy_; }
  /// True when this result changes `healthy()`.
  bool take(HealthResult result) noexcept;
  /// New thresholds; what was counted stays.
  void set_options(const HealthCheckOptions& options) noexcept { options_ = options; }

 private:
  HealthCheckOptions options_;
  bool healthy_ = true;
  bool known_ = false;
  unsigned against_ = 0;  ///< results in a row that speak against the present state
};

/// bad_status or ok.
HealthResult judge_status(unsigned status, const HealthCheckOptions& options) noexcept;

/// The interval give or take a tenth, so that checks of many proxies do not stay in step; `random` is any
/// number.
std::chrono::nanoseconds jittered(std::chrono::nanoseconds interval, std::uint64_t random) noexcept;

}  // namespace understudy::proxy
