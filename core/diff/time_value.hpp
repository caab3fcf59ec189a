// Points in time as services write them, for telling a running clock from a changed value.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace understudy::diff {

enum class TimeFormat : std::uint8_t {
  rfc3339,
  rfc3339_date,
  http_date,
  epoch_s,
  epoch_ms,
  epoch_us,
  epoch_ns
};

/// From `begin_ns` (since 1970) on for `span_ns`: what the text's own precision leaves open.
struct TimeValue {
  TimeFormat format = TimeFormat::rfc3339;
  std::int64_t begin_ns = 0;
  std::int64_t span_ns = 0;

  /// Whether any instant of it lies within `slack_ns` of `at_ns`.
  bool near(std::uint64_t at_ns, std::int64_t slack_ns) const noexcept {
    const auto at = static_cast<std::int64_t>(at_ns);
    return at >= begin_ns - slack_ns && at <= begin_ns + span_ns + slack_ns;
  }
};

/// RFC 3339 date-times ('T' or space, offset or none) and dates, IMF-fixdate (RFC 9110 §5.6.7), and whole or
/// decimal seconds, milli-, micro- and nanoseconds since 1970 that fall into the years 2001 to 2099.
std::optional<TimeValue> parse_time(std::string_view text) noexcept;

}  // namespace understudy::diff
