#include "capture-format/layout/wall_time.hpp"

#include "core/base/ascii.hpp"
#include "core/base/clock.hpp"

#include <chrono>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace understudy::capture {
namespace {

/// Takes exactly `digits` digits from the front.
bool take_number(std::string_view& text, std::size_t digits, int& number) {
  if (text.size() < digits) return false;
  number = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (!ascii_digit(text[i])) return false;
    number = number * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return true;
}

bool take(std::string_view& text, char expected) {
  if (text.empty() || ascii_lower(text.front()) != ascii_lower(expected)) return false;
  text.remove_prefix(1);
  return true;
}

/// Nanoseconds; digits beyond the ninth are dropped.
bool take_fraction(std::string_view& text, std::uint64_t& fraction_ns) {
  fraction_ns = 0;
  if (!take(text, '.') && !take(text, ',')) return true;
  std::uint64_t unit = kSecondNs / 10;
  if (text.empty() || !ascii_digit(text.front())) return false;
  for (; !text.empty() && ascii_digit(text.front()); text.remove_prefix(1), unit /= 10)
    fraction_ns += unit * static_cast<std::uint64_t>(text.front() - '0');
  return true;
}

bool take_zone(std::string_view& text, int& offset_minutes) {
  offset_minutes = 0;
  if (text.empty() || take(text, 'Z')) return true;
  const int sign = take(text, '-') ? -1 : take(text, '+') ? 1 : 0;
  int hours = 0;
  int minutes = 0;
  if (sign == 0 || !take_number(text, 2, hours)) return false;
  take(text, ':');
  if (!text.empty() && !take_number(text, 2, minutes)) return false;
  offset_minutes = sign * (hours * 60 + minutes);
  return true;
}

}  // namespace

std::optional<std::uint64_t> parse_wall_time(std::string_view text) {
  text = trim(text);
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, offset_minutes = 0;
  std::uint64_t fraction_ns = 0;
  const bool parsed = take_number(text, 4, year) && take(text, '-') && take_number(text, 2, month) &&
                      take(text, '-') && take_number(text, 2, day) && (take(text, 'T') || take(text, ' ')) &&
                      take_number(text, 2, hour) && take(text, ':') && take_number(text, 2, minute) &&
                      take(text, ':') && take_number(text, 2, second) && take_fraction(text, fraction_ns) &&
                      take_zone(text, offset_minutes) && text.empty();
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!parsed || !date.ok() || year < 1970 || year > 2500 || hour > 23 || minute > 59 || second > 60)
    return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  const std::int64_t seconds = days * 86400 + hour * 3600 + minute * 60 + second - offset_minutes * 60;
  if (seconds < 0) return std::nullopt;
  return static_cast<std::uint64_t>(seconds) * kSecondNs + fraction_ns;
}

std::string exact_wall_time(std::uint64_t wall_ns) {
  const auto seconds = fmt::gmtime(static_cast<std::time_t>(wall_ns / kSecondNs));
  const auto fraction = wall_ns % kSecondNs;
  if (fraction % 1'000'000 == 0)
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", seconds, fraction / 1'000'000);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:09}Z", seconds, fraction);
}

}  // namespace understudy::capture
