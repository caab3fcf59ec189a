// Gates that users set: "mismatch_rate<0.1%", "p99<300ms".
#pragma once

#include "core/base/result.hpp"

#include <string>
#include <string_view>

namespace understudy::replay {

/// NAME is mismatch_rate, error_rate, failed_rate, coverage (shares: 0.1%, 0.001) or p50, p90, p95, p99,
/// p999, max, intended_p99, lateness_p99 (durations: 300ms).
struct Threshold {
  enum class Comparison { less, less_equal, greater, greater_equal };

  std::string text;  ///< as given
  std::string name;
  Comparison comparison = Comparison::less;
  double limit = 0;  ///< a fraction, or seconds
  bool is_duration = false;

  bool holds(double observed) const noexcept;
};

/// Fails with a sentence that names what is allowed.
Outcome<Threshold> parse_threshold(std::string_view text);

}  // namespace understudy::replay
