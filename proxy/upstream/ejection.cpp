#include "proxy/upstream/ejection.hpp"

#include <algorithm>

namespace understudy::proxy {

bool may_eject(std::size_t hosts, std::size_t ejected, const OutlierOptions& options) noexcept {
  if (hosts < 2) return false;
  const auto share = static_cast<std::size_t>(static_cast<double>(hosts) * options.max_share);
  return ejected < std::max<std::size_t>(1, share);
}

std::chrono::nanoseconds Ejection::begin(Monotonic::time_point now, const OutlierOptions& options) noexcept {
  if (held_against_ > 0 && options.interval.count() > 0) {
    const auto forgiven = (now - returned_) / options.interval;
    held_against_ -= static_cast<unsigned>(std::clamp<std::int64_t>(forgiven, 0, held_against_));
  }
  ++held_against_;
  // Compared by division: a product could overflow.
  const bool long_enough = options.eject_max / held_against_ < options.eject;
  const auto duration =
      long_enough ? std::max(options.eject, options.eject_max) : options.eject * held_against_;
  active_ = true;
  until_ = now + duration;
  return duration;
}

void Ejection::end(Monotonic::time_point now) noexcept {
  active_ = false;
  returned_ = now;
}

}  // namespace understudy::proxy
