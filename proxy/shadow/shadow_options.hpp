// What the shadow plane is told at its start: whom to mirror to, what to record, and how much it may cost.
#pragma once

#include "capture-format/recorder.hpp"
#include "core/guard/guard.hpp"
#include "core/net/endpoint.hpp"
#include "core/net/tls_client.hpp"
#include "core/scrub/scrubber.hpp"
#include "proxy/shadow/breaker.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace understudy::proxy {

/// Which Host a shadow sees: the client's own, or the shadow's authority.
enum class HostMode : std::uint8_t { keep, target };

struct ShadowTarget {
  std::string name;  ///< metric label and capture provenance; unique
  net::OriginUrl url;
  HostMode host = HostMode::keep;
  net::TlsClientOptions tls;                         ///< for an https URL
  std::shared_ptr<net::TlsClientSource> tls_source;  ///< set by TlsRegistry::open; null: plain

  bool operator==(const ShadowTarget&) const = default;
};

struct ShadowPlaneOptions {
  std::vector<ShadowTarget> shadows;
  /// Absent: nothing is recorded. `scrub_policy` and `contains_unscrubbed` are set by the plane itself.
  std::optional<capture::RecorderOptions> capture;
  guard::Options guard;
  scrub::Options scrub;
  /// Production: the primary's addresses and our own listeners. A port on 0.0.0.0 or :: stands for every
  /// local address.
  std::vector<net::tcp::endpoint> forbidden_endpoints;

  std::size_t in_flight_max =
      1024;  ///< per shadow, waiting and sent; above: in_flight_limit, the newest is dropped
  std::size_t in_flight_bytes_max =
      64 * 1024 * 1024;              ///< per shadow, of requests in flight; above: memory_budget
  std::size_t connections_max = 64;  ///< per shadow
  std::size_t response_body_bytes_max =
      1024 * 1024;  ///< of a shadow's response; the connection is closed above
  std::chrono::nanoseconds connect_timeout = std::chrono::seconds(2);
  std::chrono::nanoseconds response_timeout = std::chrono::seconds(10);
  std::chrono::nanoseconds resolve_interval = std::chrono::seconds(30);  ///< of a shadow given by name
  BreakerOptions breaker;
  int niceness = 10;  ///< of the plane's thread and of those it starts

  bool operator==(const ShadowPlaneOptions&) const = default;
};

}  // namespace understudy::proxy
