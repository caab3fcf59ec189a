#include "proxy/downstream/request_checks.hpp"

#include "core/http/forward.hpp"
#include "proxy/downstream/loop_guard.hpp"

namespace understudy::proxy {

std::optional<OwnAnswer> own_answer(const http::RequestHead& head, const RequestFacts& facts,
                                    const DownstreamOptions& options, std::string_view via_pseudonym) {
  using Kind = http::BodyFraming::Kind;
  if (has_passed_here(head, via_pseudonym))
    return OwnAnswer{LocalReply::loop_detected,
                     {.status = 508, .text = "The request has passed this proxy before"}};
  if (head.method == "OPTIONS" && http::max_forwards_spent(head))
    return OwnAnswer{
        LocalReply::options_answered,
        {.status = 200, .text = "Max-Forwards is used up: this is the proxy itself", .close = false}};
  const auto body_max = options.request_body_bytes_max;
  if (body_max != 0 && facts.framing.kind == Kind::length && facts.framing.length > body_max)
    return OwnAnswer{LocalReply::body_too_large, {.status = 413, .text = "The request body is too large"}};
  return std::nullopt;
}

OwnAnswer overload_answer() {
  return {LocalReply::overloaded,
          {.status = 503,
           .text = "Too many requests at once, try again later",
           .close = false,
           .retry_after_seconds = kRetryAfterSeconds}};
}

}  // namespace understudy::proxy
