// `tls:` of listeners and of origins in the configuration file.
#pragma once

#include "core/config/node.hpp"
#include "core/net/tls_client.hpp"
#include "core/net/tls_server.hpp"

#include <optional>

namespace understudy::proxy {

/// `tls:` below a listener's node, if it is there. All files are read: what is wrong with them is an error at
/// the place that names them.
std::optional<net::TlsServerOptions> read_tls_server(const config::Node& node);

/// `tls:` below the node of an origin, or the defaults.
net::TlsClientOptions read_tls_client(const config::Node& node);

/// Fails at `node` when its `tls:` would not be used, because no URL below it is https.
void check_tls_use(const config::Node& node, bool any_https);

}  // namespace understudy::proxy
