// The Date field (RFC 9110 §6.6.1), formatted once a second and not once a response.
#pragma once

#include <ctime>
#include <string>
#include <string_view>

namespace understudy::net {

/// IMF-fixdate: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(std::time_t seconds);

/// One per worker; not for several threads.
class DateClock {
 public:
  /// The date now; the view is valid until the next call.
  std::string_view now();

 private:
  std::time_t seconds_ = -1;
  std::string text_;
};

}  // namespace understudy::net
