// Sizes, durations, rates and percentages as people write them on a command line or in a file.
#pragma once

#include "core/base/result.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace understudy {

/// "64KiB", "256MiB", "1GiB", "10kB", "10MB", "512B", "512". Fails on anything else or on overflow.
Outcome<std::uint64_t> parse_size_bytes(std::string_view text);

/// "250us", "100ms", "5s", "1.5s", "10m", "2h". A unit is required.
Outcome<std::chrono::nanoseconds> parse_duration(std::string_view text);

/// "10", "10%", "0.5%": a share as a fraction in [0, 1].
Outcome<double> parse_percent(std::string_view text);

/// A whole decimal number without sign; fails when it does not fit.
Outcome<std::uint64_t> parse_count(std::string_view text);

/// A finite, non-negative decimal number.
Outcome<double> parse_number(std::string_view text);

/// "1.5 GiB", "12.0 KiB", "312 B".
std::string format_size(std::uint64_t bytes);

/// "1.50 ms", "2 min 05 s": three significant digits, for people.
std::string format_duration(std::chrono::nanoseconds duration);

/// "12,345,678".
std::string format_count(std::uint64_t count);

/// RFC 3339 in UTC with milliseconds: "2026-01-05T10:00:00.123Z".
std::string format_wall_time(std::uint64_t wall_ns);

}  // namespace understudy
