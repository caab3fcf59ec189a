// One line of an access log in the common or combined format (Apache, nginx, HAProxy's CLF, our own).
#pragma once

#include "core/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace understudy::capture {

/// `ADDRESS IDENT USER [TIME] "METHOD TARGET VERSION" STATUS BYTES ["REFERER" "USER-AGENT" ...]`. Escapes of
/// both servers are undone (\" \\ \n \t \xHH).
struct AccessLogLine {
  std::string_view address;
  std::uint64_t time_ns = 0;  ///< whole seconds
  std::string method;
  std::string target;
  std::uint32_t version = 11;
  std::uint32_t status = 0;
  std::uint64_t response_bytes = 0;
  std::string referer;     ///< empty: none
  std::string user_agent;  ///< empty: none
};

/// Failures are reasons of a closed list: "no_log_line", "bad_time", "bad_request", "bad_status".
Outcome<AccessLogLine> parse_access_log_line(std::string_view line);

}  // namespace understudy::capture
