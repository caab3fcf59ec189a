// Addresses as people write them.
#pragma once

#include "core/base/result.hpp"
#include "core/net/executor.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::net {

/// "127.0.0.1:8080", "[::1]:8080", "0.0.0.0:0", ":8080" (all addresses: [::], which a Listener opens for IPv4
/// as well). Names are refused: what a name means may change under a running listener.
Outcome<tcp::endpoint> parse_listen_address(std::string_view text);

/// The address without port; an IPv4 client of a listener on [::] comes out as plain IPv4.
std::string address_text(const tcp::endpoint& endpoint);
/// Address and port as `parse_listen_address` reads them.
std::string endpoint_text(const tcp::endpoint& endpoint);

/// Where an origin is: "http://host[:port]", "https://host[:port]" or "unix:/path". Path, query and user info
/// are refused.
struct OriginUrl {
  std::string scheme = "http";
  std::string host;  ///< name or address, IPv6 without brackets; "localhost" for a Unix socket
  std::uint16_t port = 80;
  std::string path;  ///< of the Unix socket; empty for the others
  /// For the Host field: port left out when it is the scheme's own.
  std::string authority() const;
  /// As `parse_origin_url` reads it; what tells origins apart.
  std::string text() const;
  bool is_tls() const noexcept { return scheme == "https"; }
  bool is_unix() const noexcept { return scheme == "unix"; }
  bool operator==(const OriginUrl&) const = default;
};

/// Fails with a sentence for anything else.
Outcome<OriginUrl> parse_origin_url(std::string_view text);

/// Resolves by the system's resolver, duplicates removed, its order kept; blocking, so at start-up or on a
/// thread of its own only. Never empty. A Unix socket is one endpoint, whether it exists or not.
Outcome<std::vector<Endpoint>> resolve(const OriginUrl& origin);

/// The IP addresses among them.
std::vector<tcp::endpoint> ip_endpoints(std::span<const Endpoint> endpoints);

}  // namespace understudy::net
