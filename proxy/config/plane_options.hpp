// From the configuration to the plain options of each part of the proxy.
#pragma once

#include "core/base/result.hpp"
#include "core/net/executor.hpp"
#include "proxy/config/config.hpp"
#include "proxy/downstream/data_plane.hpp"
#include "proxy/exchange/tee.hpp"
#include "proxy/shadow/shadow_options.hpp"
#include "proxy/upstream/host_record.hpp"
#include "proxy/upstream/host_resolution.hpp"

#include <memory>
#include <span>
#include <vector>

namespace understudy::proxy {

/// `hosts`: of the primary.
DataPlaneOptions data_plane_options(const ProxyConfig& config, std::shared_ptr<const HostSet> hosts);

/// One of `workers` equal shares of the memory that the shadow plane may use.
Tee::Options tee_options(const ProxyConfig& config, std::size_t workers);

/// `forbidden`: where production is.
ShadowPlaneOptions shadow_plane_options(const ProxyConfig& config, std::vector<net::tcp::endpoint> forbidden);

/// Refuses a primary host that is one of our own listeners: every request would come back to us for ever.
Outcome<> check_primary(const ProxyConfig& config, const ResolvedHosts& primary,
                        std::span<const net::tcp::endpoint> listeners);

/// The addresses of each shadow, in the order of the configuration; empty for one that cannot be looked up
/// now, which is no error: the shadow plane keeps trying and counts. Blocks.
ResolvedHosts resolve_shadows(const ProxyConfig& config);

/// Refuses a shadow at a production address: it would be sent every request twice. The shadow plane checks
/// again at every connect.
Outcome<> check_shadows(const ProxyConfig& config, const ResolvedHosts& resolved,
                        std::span<const net::tcp::endpoint> forbidden);

}  // namespace understudy::proxy
