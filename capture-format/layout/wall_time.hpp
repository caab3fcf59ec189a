// The dates of HAR files and filters (ISO 8601 with any zone and any number of fraction digits) and
// nanoseconds since 1970.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace understudy::capture {

/// "2010-09-28T13:57:48.542+02:00", "...Z", "...+0200"; without a zone it is taken for UTC. From 1970 to
/// 2500.
std::optional<std::uint64_t> parse_wall_time(std::string_view text);

/// UTC with milliseconds, or with all nine digits when the time is finer than that.
std::string exact_wall_time(std::uint64_t wall_ns);

}  // namespace understudy::capture
