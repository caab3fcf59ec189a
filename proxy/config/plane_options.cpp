#include "proxy/config/plane_options.hpp"

#include "proxy/shadow/target_check.hpp"

#include <utility>

#include <fmt/format.h>

namespace understudy::proxy {

DataPlaneOptions data_plane_options(const ProxyConfig& config, std::shared_ptr<const HostSet> hosts) {
  return {config.downstream, config.primary.authority(), std::move(hosts), config.sample_key};
}

Tee::Options tee_options(const ProxyConfig& config, std::size_t workers) {
  Tee::Options options;
  options.budget_bytes = config.shadow_limits.memory_bytes / workers;
  options.body_bytes_max = config.shadow_limits.body_bytes;
  return options;
}

ShadowPlaneOptions shadow_plane_options(const ProxyConfig& config,
                                        std::vector<net::tcp::endpoint> forbidden) {
  ShadowPlaneOptions options;
  options.shadows = config.shadows;
  options.capture = config.capture;
  options.guard = config.guard;
  options.scrub = config.scrub;
  options.forbidden_endpoints = std::move(forbidden);
  options.in_flight_max = config.shadow_limits.in_flight;
  options.in_flight_bytes_max = config.shadow_limits.memory_bytes;
  options.connections_max = config.shadow_limits.connections;
  options.response_timeout = config.shadow_limits.response_timeout;
  return options;
}

Outcome<> check_primary(const ProxyConfig& config, const ResolvedHosts& primary,
                        std::span<const net::tcp::endpoint> listeners) {
  for (std::size_t i = 0; i < primary.size(); ++i)
    for (const auto& endpoint : ip_endpoints({primary[i]}))
      if (reaches_forbidden(endpoint, listeners))
        return Failure{
            fmt::format("primary {} is this proxy itself: give the address of the service behind it",
                        config.primary.hosts[i].url.authority())};
  return {};
}

ResolvedHosts resolve_shadows(const ProxyConfig& config) {
  ResolvedHosts resolved;
  for (const auto& shadow : config.shadows) {
    auto& addresses = resolved.emplace_back();
    if (const auto found = net::resolve(shadow.url)) addresses.assign(found->begin(), found->end());
  }
  return resolved;
}

Outcome<> check_shadows(const ProxyConfig& config, const ResolvedHosts& resolved,
                        std::span<const net::tcp::endpoint> forbidden) {
  for (std::size_t i = 0; i < resolved.size(); ++i) {
    const auto& shadow = config.shadows[i];
    for (const auto& endpoint : ip_endpoints({resolved[i]}))
      if (reaches_forbidden(endpoint, forbidden))
        return Failure{
            fmt::format("shadow '{}' ({}) is the primary or this proxy itself: mirroring to production is "
                        "refused, give a staging address",
                        shadow.name, shadow.url.authority())};
  }
  return {};
}

}  // namespace understudy::proxy
