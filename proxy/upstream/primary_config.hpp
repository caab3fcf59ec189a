// The production origin as the configuration describes it: one host or several, and how they are looked
// after.
#pragma once

#include "core/net/endpoint.hpp"
#include "core/net/tls_client.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace understudy::proxy {

/// How requests are spread over the hosts that are in service.
enum class Balance : std::uint8_t {
  round_robin,     ///< by weight, smoothly interleaved
  least_requests,  ///< of two hosts chosen at random by weight, the one with fewer requests in flight
};

struct PrimaryHost {
  net::OriginUrl url;
  unsigned weight = 1;                        ///< in [1, kWeightMax]
  std::shared_ptr<net::TlsClientSource> tls;  ///< of an https host; set by TlsRegistry::open

  static constexpr unsigned kWeightMax = 1000;
  /// The URL: the identity of a host across reloads, its name in logs and its metric label.
  std::string name() const { return url.text(); }
  bool operator==(const PrimaryHost& other) const {
    return name() == other.name() && weight == other.weight && tls == other.tls;
  }
};

/// Requests of our own that ask a host whether it is well.
struct HealthCheckOptions {
  std::string path = "/";
  std::chrono::nanoseconds interval = std::chrono::seconds(5);  ///< give or take a tenth
  std::chrono::nanoseconds timeout = std::chrono::seconds(2);   ///< to connect, and again to answer whole
  unsigned healthy = 2;                                         ///< good answers in a row that bring it back
  unsigned unhealthy = 3;                                       ///< bad ones in a row that take it out
  unsigned expect_first = 200;                                  ///< statuses that are good, inclusive
  unsigned expect_last = 399;
  bool operator==(const HealthCheckOptions&) const = default;
};

/// What production's own requests say about a host. The defaults are Envoy's.
struct OutlierOptions {
  unsigned consecutive_errors = 5;  ///< 5xx, failed connects, broken or missing responses in a row; 0: off
  std::chrono::nanoseconds interval =
      std::chrono::seconds(10);  ///< in service for so long: one ejection forgiven
  std::chrono::nanoseconds eject = std::chrono::seconds(30);  ///< times the ejections not forgiven yet
  std::chrono::nanoseconds eject_max = std::chrono::minutes(5);
  double max_share = 0.1;  ///< of the hosts that may be ejected at a time, in (0, 1]; one always may
  bool operator==(const OutlierOptions&) const = default;
};

/// `primary:` of the configuration.
struct PrimaryConfig {
  PrimaryConfig() = default;
  /// One host; what `--primary URL` and `primary: {url}` mean.
  PrimaryConfig(net::OriginUrl url)
      : hosts{PrimaryHost{std::move(url)}} {}  // NOLINT(google-explicit-constructor)

  static constexpr std::size_t kHostsMax = 256;

  std::vector<PrimaryHost> hosts;  ///< names differ
  net::TlsClientOptions tls;       ///< for the https hosts
  Balance balance = Balance::round_robin;
  std::optional<HealthCheckOptions> health;
  OutlierOptions outlier;
  std::chrono::nanoseconds resolve = std::chrono::seconds(30);  ///< between look-ups of a host's name

  /// Of the first host: the Host field of an HTTP/1.0 request that has none.
  std::string authority() const { return hosts.empty() ? std::string() : hosts.front().url.authority(); }
};

}  // namespace understudy::proxy
