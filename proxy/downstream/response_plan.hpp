// How a response goes down to the client and what becomes of both connections after it: decisions without
// I/O.
#pragma once

#include "core/http/framing.hpp"
#include "core/http/message.hpp"
#include "proxy/downstream/request_facts.hpp"

namespace understudy::proxy {

struct ResponsePlan {
  http::BodyFraming framing;    ///< of the body as it is sent downstream
  bool close = false;           ///< say Connection: close, and do
  bool keep_alive_1_0 = false;  ///< say Connection: keep-alive to an HTTP/1.0 client that asked for it
};

/// What decides, apart from the request and the response themselves.
struct PlanInput {
  http::BodyFraming origin_framing;
  bool upload_complete = true;  ///< false: an early response; the client still owes body (RFC 9112 §9.3)
  bool draining = false;
};

/// RFC 9112 §6.3, §7, §9.3: until-close bodies become chunked for HTTP/1.1 and close for 1.0.
ResponsePlan plan_response(const RequestFacts& request, const PlanInput& input) noexcept;

/// What is known when a response has been read whole.
struct UpstreamEnd {
  bool origin_keeps_alive = false;
  bool extra_bytes = false;  ///< came after the response: nobody asked for them
  bool upload_complete = false;
  bool until_close = false;
};

/// RFC 9112 §9.3: only a connection with nothing unread and nothing unsent serves another request.
constexpr bool may_reuse_upstream(const UpstreamEnd& end) noexcept {
  return end.origin_keeps_alive && !end.extra_bytes && end.upload_complete && !end.until_close;
}

}  // namespace understudy::proxy
