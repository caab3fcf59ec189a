// The addresses of all primary hosts at start-up and reload.
#pragma once

#include "core/base/result.hpp"
#include "core/net/executor.hpp"
#include "proxy/upstream/primary_config.hpp"

#include <vector>

namespace understudy::proxy {

/// One list per host, in the order of the configuration; empty for a name that cannot be looked up now.
using ResolvedHosts = std::vector<std::vector<net::Endpoint>>;

/// Blocking: at start-up, or on a thread of its own. Fails when no host at all can be resolved; one of
/// several that cannot is logged and looked up again and again while the proxy runs.
Outcome<ResolvedHosts> resolve_hosts(const PrimaryConfig& config);

/// All IP addresses, duplicates and Unix sockets left out: where no shadow may be.
std::vector<net::tcp::endpoint> ip_endpoints(const ResolvedHosts& resolved);

}  // namespace understudy::proxy
