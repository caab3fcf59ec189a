// The limits and timeouts of the configuration as closed lists: what a counter of passed ones is labelled
// with.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace understudy::proxy {

/// A limit that a client, the primary or the load ran into. Named as in `limits:`.
enum class LimitHit : std::uint8_t {
  request_head,             ///< 431
  request_target,           ///< 414
  request_fields,           ///< 431
  chunk_extensions,         ///< 400
  trailers,                 ///< 431
  request_body,             ///< 413
  response_head,            ///< 502
  connections,              ///< 503 at accept
  requests_per_connection,  ///< Connection: close
  connections_per_client,   ///< 503 at accept
  in_flight,                ///< 503
  overload,                 ///< 503: the event loop fell behind (`overload:`)
};
inline constexpr std::array<std::string_view, 12> kLimitHitNames{
    "request_head", "request_target", "request_fields", "chunk_extensions",        "trailers",
    "request_body", "response_head",  "connections",    "requests_per_connection", "connections_per_client",
    "in_flight",    "overload",
};

/// A timeout that passed. Named as in `timeouts:`.
enum class TimeoutHit : std::uint8_t {
  client_head,      ///< 408
  body_idle,        ///< 408, 504 or a visible abort
  keep_alive_idle,  ///< closed
  connect,          ///< 502
  response,         ///< 504
  tunnel_idle,      ///< closed
  linger,           ///< closed
  drain,            ///< ended while draining
  request,          ///< 504, 408 or a visible abort
};
inline constexpr std::array<std::string_view, 9> kTimeoutHitNames{
    "client_head", "body_idle", "keep_alive_idle", "connect", "response",
    "tunnel_idle", "linger",    "drain",           "request",
};

}  // namespace understudy::proxy
