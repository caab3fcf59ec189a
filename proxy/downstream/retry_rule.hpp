// When a request may go out a second time (RFC 9110 §9.2.2, RFC 9112 §9.3.1): a decision without I/O.
#pragma once

#include <string_view>

namespace understudy::proxy {

/// What is known when an upstream connection failed before the response head was whole.
struct FailedAttempt {
  bool response_begun = false;  ///< at least one byte came back: the origin has seen the request
  bool idempotent = false;
  bool replayable = false;       ///< all of the request is still in our buffer
  bool repeated_before = false;  ///< for the same reason
};

/// Safe to repeat whatever became of the first attempt (RFC 9110 §9.2.2). Names are case-sensitive.
constexpr bool is_idempotent(std::string_view method) noexcept {
  return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE" ||
         method == "OPTIONS" || method == "TRACE";
}

/// Once for each reason: a pooled connection was stale, which a fresh one to the same host mends; or a fresh
/// one failed, which says something about the host, so that only another host is worth another try. A host
/// that is dying gives both, one after the other.
constexpr bool may_repeat(const FailedAttempt& failed) noexcept {
  return !failed.response_begun && failed.idempotent && failed.replayable && !failed.repeated_before;
}

}  // namespace understudy::proxy
