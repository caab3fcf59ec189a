#include "core/diff/time_value.hpp"

#include "core/base/ascii.hpp"

#include <array>
#include <chrono>

namespace understudy::diff {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;
constexpr int kYearMin = 1970;
constexpr int kYearMax = 2200;

/// Reads fixed-width fields off the front; any mistake makes `ok` false for good.
struct Cursor {
  std::string_view rest;
  bool ok = true;

  int digits(std::size_t width) noexcept {
    if (rest.size() < width) return ok = false, 0;
    int value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      if (!ascii_digit(rest[i])) return ok = false, 0;
      value = value * 10 + (rest[i] - '0');
    }
    rest.remove_prefix(width);
    return value;
  }
  void literal(char c) noexcept {
    if (!rest.empty() && rest.front() == c)
      rest.remove_prefix(1);
    else
      ok = false;
  }
  bool next_is(char c) const noexcept { return !rest.empty() && rest.front() == c; }
};

bool to_ns(int year, int month, int day, int hour, int minute, int second, std::int64_t& out) noexcept {
  const auto date = std::chrono::year(year) / std::chrono::month(static_cast<unsigned>(month)) /
                    std::chrono::day(static_cast<unsigned>(day));
  if (!date.ok() || year < kYearMin || year > kYearMax || hour > 23 || minute > 59 || second > 60)
    return false;
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  out = ((static_cast<std::int64_t>(days) * 24 + hour) * 60 + minute) * 60 * kSecond + second * kSecond;
  return true;
}

/// ".123456" at the front: adds it, and gives the span that the written digits leave open.
std::int64_t take_fraction(Cursor& in, std::int64_t& ns) noexcept {
  std::int64_t unit = kSecond;
  if (!in.next_is('.')) return unit;
  in.literal('.');
  while (!in.rest.empty() && ascii_digit(in.rest.front())) {
    unit /= 10;
    ns += (in.rest.front() - '0') * unit;
    in.rest.remove_prefix(1);
  }
  return unit;
}

std::optional<TimeValue> parse_rfc3339(std::string_view text) noexcept {
  Cursor in{text};
  const int year = in.digits(4);
  in.literal('-');
  const int month = in.digits(2);
  in.literal('-');
  const int day = in.digits(2);
  std::int64_t ns = 0;
  if (!in.ok || !to_ns(year, month, day, 0, 0, 0, ns)) return std::nullopt;
  if (in.rest.empty()) return TimeValue{TimeFormat::rfc3339_date, ns, kDay};
  if (ascii_lower(in.rest.front()) != 't' && in.rest.front() != ' ') return std::nullopt;
  in.rest.remove_prefix(1);
  const int hour = in.digits(2);
  in.literal(':');
  const int minute = in.digits(2);
  in.literal(':');
  const int second = in.digits(2);
  if (!in.ok || !to_ns(year, month, day, hour, minute, second, ns)) return std::nullopt;
  const auto span = take_fraction(in, ns);
  if (in.rest.empty() || in.rest == "Z" || in.rest == "z") return TimeValue{TimeFormat::rfc3339, ns, span};
  const bool west = in.next_is('-');
  in.literal(west ? '-' : '+');
  const int offset_hours = in.digits(2);
  if (in.next_is(':')) in.literal(':');
  const int offset_minutes = in.digits(2);
  if (!in.ok || !in.rest.empty()) return std::nullopt;
  const auto offset = (offset_hours * 60 + offset_minutes) * 60 * kSecond;
  return TimeValue{TimeFormat::rfc3339, west ? ns + offset : ns - offset, span};
}

std::optional<TimeValue> parse_http_date(std::string_view text) noexcept {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT") return std::nullopt;
  Cursor in{text.substr(5, 20)};
  const int day = in.digits(2);
  in.literal(' ');
  int month = 0;
  for (std::size_t i = 0; i < kMonths.size(); ++i)
    if (text.substr(8, 3) == kMonths[i]) month = static_cast<int>(i) + 1;
  if (month == 0) return std::nullopt;
  in.rest.remove_prefix(3);
  in.literal(' ');
  const int year = in.digits(4);
  in.literal(' ');
  const int hour = in.digits(2);
  in.literal(':');
  const int minute = in.digits(2);
  in.literal(':');
  const int second = in.digits(2);
  std::int64_t ns = 0;
  if (!in.ok || !to_ns(year, month, day, hour, minute, second, ns)) return std::nullopt;
  return TimeValue{TimeFormat::http_date, ns, kSecond};
}

std::optional<TimeValue> parse_epoch(std::string_view text) noexcept {
  struct Unit {
    std::size_t digits;
    std::int64_t ns;
    TimeFormat format;
  };
  constexpr std::array<Unit, 4> kUnits{{{10, kSecond, TimeFormat::epoch_s},
                                        {13, kSecond / 1'000, TimeFormat::epoch_ms},
                                        {16, kSecond / 1'000'000, TimeFormat::epoch_us},
                                        {19, 1, TimeFormat::epoch_ns}}};
  const auto whole = text.substr(0, text.find('.'));
  for (const auto& unit : kUnits) {
    if (whole.size() != unit.digits || whole.front() < '1' || whole.front() > '4') continue;
    std::int64_t value = 0;
    for (const char c : whole) {
      if (!ascii_digit(c)) return std::nullopt;
      value = value * 10 + (c - '0');
    }
    Cursor in{text.substr(whole.size())};
    std::int64_t ns = value * unit.ns;
    std::int64_t span = unit.ns;
    if (!in.rest.empty()) {
      if (unit.format != TimeFormat::epoch_s) return std::nullopt;
      span = take_fraction(in, ns);
      if (!in.rest.empty()) return std::nullopt;
    }
    return TimeValue{unit.format, ns, span};
  }
  return std::nullopt;
}

}  // namespace

std::optional<TimeValue> parse_time(std::string_view text) noexcept {
  if (text.size() < 10 || text.size() > 40) return std::nullopt;
  if (text[4] == '-') return parse_rfc3339(text);
  if (text[3] == ',') return parse_http_date(text);
  return parse_epoch(text);
}

}  // namespace understudy::diff
