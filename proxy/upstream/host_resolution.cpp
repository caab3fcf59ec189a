#include "proxy/upstream/host_resolution.hpp"

#include "core/telemetry/log.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>
#include <sys/socket.h>

namespace understudy::proxy {

Outcome<ResolvedHosts> resolve_hosts(const PrimaryConfig& config) {
  ResolvedHosts resolved;
  std::optional<Failure> failure;
  for (const auto& host : config.hosts) {
    auto found = net::resolve(host.url);
    if (!found && !failure) failure = Failure{"primary " + found.error().message};
    if (!found && config.hosts.size() > 1) {
      const auto name = host.name();
      telemetry::log(telemetry::Level::warning, "primary_not_resolved",
                     {{"host", std::string_view(name)}, {"cause", std::string_view(found.error().message)}});
    }
    auto& endpoints = resolved.emplace_back();
    if (found) endpoints.assign(found->begin(), found->end());
  }
  const auto has_address = [](const std::vector<net::Endpoint>& endpoints) { return !endpoints.empty(); };
  if (failure && std::none_of(resolved.begin(), resolved.end(), has_address)) return *failure;
  return resolved;
}

std::vector<net::tcp::endpoint> ip_endpoints(const ResolvedHosts& resolved) {
  std::vector<net::tcp::endpoint> all;
  for (const auto& endpoints : resolved)
    for (const auto& endpoint : endpoints) {
      const auto family = endpoint.protocol().family();
      if (family != AF_INET && family != AF_INET6) continue;
      net::tcp::endpoint ip;
      ip.resize(endpoint.size());
      std::memcpy(ip.data(), endpoint.data(), endpoint.size());
      if (std::find(all.begin(), all.end(), ip) == all.end()) all.push_back(ip);
    }
  return all;
}

}  // namespace understudy::proxy
