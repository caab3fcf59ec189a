// One line of an access log: common, combined or virtual-host format, what servers add to these, or JSON.
#pragma once

#include "core/base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace understudy::capture {

/// What a line says of an exchange, whatever its format.
struct AccessLogLine {
  std::string address;
  std::string host;           ///< of the virtual host; empty: not told
  std::uint64_t time_ns = 0;  ///< since 1970
  bool exact_time = false;    ///< with a fraction of a second
  bool time_is_end = true;    ///< else when the request came
  std::string method;
  std::string target;
  bool target_escaped = false;  ///< it held bytes that no request line may hold
  std::string protocol;
  std::uint32_t status = 0;
  std::uint64_t response_bytes = 0;
  std::uint64_t duration_ns = 0;    ///< 0: not told
  std::uint64_t first_byte_ns = 0;  ///< 0: not told
  std::string referer;              ///< empty: none
  std::string user_agent;           ///< empty: none
};

/// `[VHOST] ADDRESS IDENT USER [TIME] "METHOD TARGET VERSION" STATUS BYTES [...] ["REFERER" "USER-AGENT"
/// ...]`. Escapes of Apache and nginx are undone (\" \\ \n \t \xHH). Further columns are passed over, but for
/// a duration as nginx (`0.123`, `rt=0.123`) and Traefik (`12ms`) write it. A line that begins with a brace
/// is JSON. Failures are reasons of a closed list: "no_log_line", "bad_time", "bad_request", "bad_status".
Outcome<AccessLogLine> parse_access_log_line(std::string_view line);

/// A JSON object with members as nginx's usual formats, Caddy, Traefik and this program's own log name them.
Outcome<AccessLogLine> parse_access_log_json(std::string_view line);

/// "10/Oct/2000:13:55:36[.123] -0700" or RFC 3339.
std::optional<std::uint64_t> parse_access_log_time(std::string_view text);

/// "METHOD TARGET VERSION" into `line`; false when it is none.
bool read_request_line(std::string_view text, AccessLogLine& line);
/// Escapes what cannot be sent; false when it is no target of the line's method.
bool set_target(std::string_view target, AccessLogLine& line);

}  // namespace understudy::capture
