// When a host that fails production's requests is set aside, and for how long: decisions without I/O or
// clock.
#pragma once

#include "core/base/clock.hpp"
#include "proxy/upstream/primary_config.hpp"

#include <chrono>
#include <cstddef>

namespace understudy::proxy {

/// Whether one more of `hosts` may be ejected. The only host never is: there would be nobody left to ask.
bool may_eject(std::size_t hosts, std::size_t ejected, const OutlierOptions& options) noexcept;

/// The ejections of one host. Belongs to the control thread.
class Ejection {
 public:
  bool active() const noexcept { return active_; }
  /// When it returns to service; only while active.
  Monotonic::time_point until() const noexcept { return until_; }

  /// Out of service from now on: `eject` times the number of ejections not forgiven yet, at most `eject_max`.
  std::chrono::nanoseconds begin(Monotonic::time_point now, const OutlierOptions& options) noexcept;
  /// Back in service.
  void end(Monotonic::time_point now) noexcept;

 private:
  bool active_ = false;
  unsigned held_against_ = 0;  ///< ejections, one less for each `interval` in service since the last
  Monotonic::time_point until_;
  Monotonic::time_point returned_;
};

}  // namespace understudy::proxy
