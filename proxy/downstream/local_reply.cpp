#include "proxy/downstream/local_reply.hpp"

#include "core/http/serializer.hpp"

#include <cstring>

namespace understudy::proxy {
void append_local_answer(std::string& out, const LocalAnswer& answer) {
  const std::size_t body_bytes = std::strlen(answer.text) + 1;
  out.append("HTTP/1.1 ").append(std::to_string(answer.status)).append(" ");
  out.append(http::reason_phrase(answer.status)).append("\r\n");
  if (!answer.date.empty()) out.append("Date: ").append(answer.date).append("\r\n");
  out.append("Server: understudy\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ");
  out.append(std::to_string(body_bytes)).append("\r\n");
  // RFC 9110 §15.5.6 wants the methods that are allowed; ours are all but CONNECT and TRACE.
  if (answer.status == 405) out.append("Allow: GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS\r\n");
  if (answer.retry_after_seconds != 0)
    out.append("Retry-After: ").append(std::to_string(answer.retry_after_seconds)).append("\r\n");
  if (!answer.request_id.empty()) out.append("X-Request-Id: ").append(answer.request_id).append("\r\n");
  if (answer.close) out.append("Connection: close\r\n");
  out.append("\r\n");
  if (!answer.head_request) out.append(answer.text).append("\n");
}

}  // namespace understudy::proxy
