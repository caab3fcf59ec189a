// The proxy's own sections of the configuration file, read straight down; errors stay in the document.
#pragma once

#include "core/config/node.hpp"
#include "proxy/config/config.hpp"

namespace understudy::proxy {

/// The whole file.
void read_root(const config::Node& root, ProxyConfig& config);

// One section each, in the file of its name; a value that is wrong is recorded as a failure of its node.
void read_listeners(const config::Node& node, ProxyConfig& config);
void read_primary(const config::Node& node, ProxyConfig& config);
void read_shadows(const config::Node& node, ProxyConfig& config);
void read_limits(const config::Node& node, ProxyConfig& config);
void read_timeouts(const config::Node& node, ProxyConfig& config);
void read_forwarded(const config::Node& node, ProxyConfig& config);
void read_ids(const config::Node& node, ProxyConfig& config);
void read_overload(const config::Node& node, ProxyConfig& config);
void read_log(const config::Node& node, ProxyConfig& config);
void read_admin(const config::Node& node, ProxyConfig& config);

}  // namespace understudy::proxy
