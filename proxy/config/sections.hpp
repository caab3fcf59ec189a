// The proxy's own sections of the configuration file, read straight down; errors stay in the document.
#pragma once

#include "core/config/node.hpp"
#include "proxy/config/config.hpp"

namespace understudy::proxy {

void read_root(const config::Node& root, ProxyConfig& config);

}  // namespace understudy::proxy
