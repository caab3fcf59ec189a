// Requests that are well-formed and still not for the primary: decided at the head, without I/O.
#pragma once

#include "core/http/message.hpp"
#include "proxy/downstream/local_reply.hpp"
#include "proxy/downstream/options.hpp"
#include "proxy/downstream/request_facts.hpp"
#include "proxy/exchange/counters.hpp"

#include <optional>
#include <string_view>

namespace understudy::proxy {

/// A request that the proxy answers by itself.
struct OwnAnswer {
  LocalReply kind;
  LocalAnswer answer;
};

/// A loop (508), OPTIONS whose Max-Forwards is used up (200, RFC 9110 §7.6.2), a body over the limit (413).
std::optional<OwnAnswer> own_answer(const http::RequestHead& head, const RequestFacts& facts,
                                    const DownstreamOptions& options, std::string_view via_pseudonym);

/// What Retry-After says to those who are turned away.
inline constexpr unsigned kRetryAfterSeconds = 1;

/// 503 with Retry-After; the connection stays.
OwnAnswer overload_answer();

}  // namespace understudy::proxy
