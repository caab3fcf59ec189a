#include "core/base/units.hpp"

#include "core/base/clock.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <ctime>
#include <limits>

#include <fmt/format.h>

namespace understudy {
namespace {

struct Unit {
  std::string_view suffix;
  double factor;
};

constexpr std::array kSizeUnits{Unit{"KiB", 1024.0},
                                Unit{"MiB", 1048576.0},
                                Unit{"GiB", 1073741824.0},
                                Unit{"TiB", 1099511627776.0},
                                Unit{"kB", 1e3},
                                Unit{"KB", 1e3},
                                Unit{"MB", 1e6},
                                Unit{"GB", 1e9},
                                Unit{"TB", 1e12},
                                Unit{"B", 1.0},
                                Unit{"", 1.0}};

constexpr std::array kDurationUnits{Unit{"ns", 1.0}, Unit{"us", 1e3},   Unit{"ms", 1e6},   Unit{"s", 1e9},
                                    Unit{"m", 60e9}, Unit{"h", 3600e9}, Unit{"d", 86400e9}};

/// Splits "1.5s" in its number and its unit; the number must be plain decimal.
Outcome<std::pair<double, std::string_view>> split_unit(std::string_view text) {
  std::size_t digits = 0;
  while (digits < text.size() && ((text[digits] >= '0' && text[digits] <= '9') || text[digits] == '.'))
    ++digits;
  double number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + digits, number, std::chars_format::fixed);
  if (digits == 0 || error != std::errc{} || end != text.data() + digits)
    return Failure{fmt::format("'{}' does not start with a number", text)};
  return std::pair{number, text.substr(digits)};
}

template <std::size_t N>
Outcome<double> parse_with_units(std::string_view text, const std::array<Unit, N>& units,
                                 std::string_view what, std::string_view example) {
  auto parts = split_unit(text);
  if (parts)
    for (const auto& unit : units)
      if (unit.suffix == parts->second) return parts->first * unit.factor;
  return Failure{fmt::format("'{}' is not a {}: write it like {}", text, what, example)};
}

}  // namespace

Outcome<std::uint64_t> parse_size_bytes(std::string_view text) {
  const auto bytes = parse_with_units(text, kSizeUnits, "size", "64KiB, 256MiB or 1GB");
  if (!bytes) return bytes.error();
  if (*bytes >= 9.0e18) return Failure{fmt::format("size '{}' is too large", text)};
  return static_cast<std::uint64_t>(*bytes);
}

Outcome<std::chrono::nanoseconds> parse_duration(std::string_view text) {
  const auto ns = parse_with_units(text, kDurationUnits, "duration", "100ms, 5s, 10m or 2h");
  if (!ns) return ns.error();
  if (*ns >= 9.0e18) return Failure{fmt::format("duration '{}' is too long", text)};
  return std::chrono::nanoseconds(static_cast<std::int64_t>(*ns));
}

Outcome<double> parse_percent(std::string_view text) {
  const auto parts = split_unit(text);
  if (parts && (parts->second.empty() || parts->second == "%") && parts->first <= 100)
    return parts->first / 100;
  return Failure{fmt::format("'{}' is not a percentage: write it like 10% or 0.5%", text)};
}

Outcome<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size())
    return Failure{fmt::format("'{}' is not a whole number", text)};
  return count;
}

Outcome<double> parse_number(std::string_view text) {
  const auto parts = split_unit(text);
  if (!parts || !parts->second.empty() || !std::isfinite(parts->first))
    return Failure{fmt::format("'{}' is not a number", text)};
  return parts->first;
}

std::string format_size(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 5> kNames{"B", "KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < kNames.size()) {
    value /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", value, kNames[unit]);
}

std::string format_duration(std::chrono::nanoseconds duration) {
  const auto ns = static_cast<double>(duration.count());
  if (ns < 1e3) return fmt::format("{} ns", duration.count());
  if (ns < 1e6) return fmt::format("{:.3g} us", ns / 1e3);
  if (ns < 1e9) return fmt::format("{:.3g} ms", ns / 1e6);
  if (ns < 60e9) return fmt::format("{:.3g} s", ns / 1e9);
  const auto seconds = duration.count() / 1'000'000'000;
  if (seconds < 3600) return fmt::format("{} min {:02} s", seconds / 60, seconds % 60);
  return fmt::format("{} h {:02} min", seconds / 3600, seconds / 60 % 60);
}

std::string format_count(std::uint64_t count) {
  auto digits = fmt::format("{}", count);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::string format_wall_time(std::uint64_t wall_ns) {
  const auto seconds = static_cast<std::time_t>(wall_ns / kSecondNs);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900, utc.tm_mon + 1,
                     utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, wall_ns / 1'000'000 % 1000);
}

}  // namespace understudy
