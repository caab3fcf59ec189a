// Addresses as people write them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/net/executor.hpp"

namespace understudy::net {

/// "127.0.0.1:8080", "[::1]:8080", ":8080" (all addresses), "0.0.0.0:0".
Outcome<tcp::endpoint> parse_listen_address(std::string_view text);

/// Where an origin is: "http://host[:port]". Path, query and user info are refused.
struct OriginUrl {
  std::string scheme = "http";
  std::string host;  ///< name or address, IPv6 without brackets
  std::uint16_t port = 80;
  /// For the Host field: port left out when it is the scheme's own.
  std::string authority() const;
};

Outcome<OriginUrl> parse_origin_url(std::string_view text);

/// Resolves by the system's resolver; blocking, so at start-up or on a helper thread only.
Outcome<std::vector<tcp::endpoint>> resolve(const OriginUrl& origin);

}  // namespace understudy::net
