// What the data plane may cost and how long it waits: a plain struct that proxy/config fills.
#pragma once

#include "core/http/forward.hpp"
#include "core/http/limits.hpp"
#include "proxy/downstream/exchange_ids.hpp"
#include "proxy/downstream/overload.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace understudy::proxy {

/// Each names the state that it bounds; a passed timeout ends the exchange or the connection, never the
/// worker.
struct Timeouts {
  std::chrono::nanoseconds client_head = std::chrono::seconds(10);      ///< first byte to whole head; 408
  std::chrono::nanoseconds body_idle = std::chrono::seconds(60);        ///< no byte moved in either direction
  std::chrono::nanoseconds keep_alive_idle = std::chrono::seconds(75);  ///< between requests of a client
  std::chrono::nanoseconds connect = std::chrono::seconds(5);           ///< to the primary; 502
  std::chrono::nanoseconds response = std::chrono::seconds(60);  ///< request sent to response head; 504
  std::chrono::nanoseconds request{0};  ///< head read to response sent whole, no tunnels; 504; 0: no limit
  std::chrono::nanoseconds upstream_idle =
      std::chrono::seconds(50);  ///< pooled connection: shorter than servers' own
  std::chrono::nanoseconds tunnel_idle = std::chrono::hours(1);  ///< no byte in either direction after a 101
  std::chrono::nanoseconds tls_handshake = std::chrono::seconds(10);  ///< of a client, from accept to its end
  std::chrono::nanoseconds linger = std::chrono::seconds(5);  ///< RFC 9112 §9.6: no byte after our half-close
  std::chrono::nanoseconds linger_total = std::chrono::seconds(30);  ///< the same, however busy the client is
  std::chrono::nanoseconds hand_over =
      std::chrono::seconds(30);  ///< an exchange still open goes to the shadow plane
  std::chrono::nanoseconds drain_idle = std::chrono::seconds(1);  ///< idle client connections while draining
  std::chrono::nanoseconds drain = std::chrono::seconds(30);      ///< in-flight exchanges after TERM
  std::chrono::nanoseconds drain_delay =
      std::chrono::nanoseconds(0);  ///< before that: readiness fails already, connections are still taken
};

struct DownstreamOptions {
  static constexpr std::uint64_t kNoLimit = 0;

  http::Limits request_limits;
  http::Limits response_limits = http::response_limits();
  Timeouts timeouts;
  OverloadOptions overload;
  std::size_t connections_max = 10'000;               ///< per worker; more are answered 503 and closed
  std::size_t connections_per_client_max = kNoLimit;  ///< per worker and client address; 503
  std::size_t in_flight_max = kNoLimit;  ///< per worker: requests at the primary; more are answered 503
  std::uint64_t requests_per_connection_max = kNoLimit;  ///< the last one is answered Connection: close
  std::uint64_t request_body_bytes_max = kNoLimit;       ///< content without transfer coding; 413
  std::size_t upstream_idle_max = 1024;  ///< per worker: pooled idle connections, gone after `upstream_idle`
  std::size_t piece_bytes =
      64 * 1024;                   ///< most bytes of a body held per direction: what back-pressure bounds
  std::string via = "understudy";  ///< pseudonym in Via; empty: no Via, and no loop is noticed
  std::string instance;  ///< tells this process from others of its name in Via of requests; empty: random
  http::ForwardedPolicy forwarded;
  IdPolicy ids;
};

}  // namespace understudy::proxy
