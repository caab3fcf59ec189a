// One listener of the configuration: where it listens and how its connections begin.
#pragma once

#include "core/net/endpoint.hpp"
#include "core/net/tls_server.hpp"
#include "proxy/downstream/proxy_protocol_policy.hpp"

#include <memory>
#include <optional>
#include <string>

namespace understudy::proxy {

struct ListenerConfig {
  /// As configured; port 0 means any. Meaningless with `inherited`.
  net::tcp::endpoint address;
  /// "fd:NAME": the socket of that name which the service manager has opened (LISTEN_FDNAMES). Empty: opened
  /// by us, unless the service manager has opened the same address.
  std::string inherited;
  ProxyProtocolPolicy proxy_protocol;
  std::optional<net::TlsServerOptions> tls;          ///< absent: plain
  std::shared_ptr<net::TlsServerSource> tls_source;  ///< set by TlsRegistry::open

  /// As in the configuration: what tells listeners of two configurations apart.
  std::string text() const { return inherited.empty() ? net::endpoint_text(address) : "fd:" + inherited; }
};

}  // namespace understudy::proxy
