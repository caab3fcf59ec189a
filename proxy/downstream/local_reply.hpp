// The few answers that are the proxy's own: short, text/plain, never an echo of what the client sent.
#pragma once

#include <string>
#include <string_view>

namespace understudy::proxy {

struct LocalAnswer {
  unsigned status = 502;
  const char* text = "";       ///< one line for a person; static
  std::string_view date = {};  ///< an HTTP-date; empty: no Date
  bool close = true;
  bool head_request = false;         ///< Content-Length as for GET, no body (RFC 9110 §9.3.2)
  unsigned retry_after_seconds = 0;  ///< 0: none
  std::string_view request_id = {};  ///< X-Request-Id; empty: none
};

/// Appends the whole response.
void append_local_answer(std::string& out, const LocalAnswer& answer);

}  // namespace understudy::proxy
