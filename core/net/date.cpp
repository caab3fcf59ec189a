#include "core/net/date.hpp"

#include <array>

#include <fmt/format.h>

namespace understudy::net {

// Not strftime: its names of days and months follow the locale.
std::string http_date(std::time_t seconds) {
  constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[static_cast<std::size_t>(utc.tm_wday)],
                     utc.tm_mday, kMonths[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900,
                     utc.tm_hour, utc.tm_min, utc.tm_sec);
}

std::string_view DateClock::now() {
  const auto seconds = std::time(nullptr);
  if (seconds != seconds_) {
    seconds_ = seconds;
    text_ = http_date(seconds);
  }
  return text_;
}

}  // namespace understudy::net
