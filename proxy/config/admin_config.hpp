// Where operators reach the admin API, and what they must show there.
#pragma once

#include "core/net/endpoint.hpp"
#include "core/net/tls_server.hpp"

#include <memory>
#include <optional>
#include <string>

namespace understudy::proxy {

struct AdminConfig {
  net::tcp::endpoint address;
  std::string token_file;
  /// What the file holds, without surrounding white space; empty: no token is asked for. Never shown or
  /// logged.
  std::string token;
  std::optional<net::TlsServerOptions> tls;          ///< absent: plain
  std::shared_ptr<net::TlsServerSource> tls_source;  ///< set by TlsRegistry::open

  /// Whoever gets in has shown something.
  bool authenticates() const noexcept {
    return !token.empty() || (tls && tls->client_auth == net::ClientAuth::require);
  }
  bool operator==(const AdminConfig&) const = default;
};

}  // namespace understudy::proxy
