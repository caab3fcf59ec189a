#include "proxy/admin/upstream_metrics.hpp"

#include "proxy/admin/code_classes.hpp"

#include <functional>

namespace understudy::proxy {
namespace {

void add_requests(std::span<const HostReport> hosts, telemetry::MetricSet& set) {
  auto& family =
      set.counter("understudy_upstream_requests_total",
                  "Requests by primary host and class of its status; none: it gave no response head.");
  for (const auto& host : hosts) {
    for (std::size_t i = 0; i < kCodeClasses.size(); ++i)
      family.add({{"host", host.name}, {"code_class", kCodeClasses[i]}},
                 static_cast<double>(host.responses[i]));
    family.add({{"host", host.name}, {"code_class", "none"}}, static_cast<double>(host.errors));
  }
}

void add_checks(std::span<const HostReport> hosts, telemetry::MetricSet& set) {
  auto& family = set.counter("understudy_upstream_health_checks_total", "Health checks by host and result.");
  for (const auto& host : hosts)
    for (std::size_t i = 0; i < kHealthResultNames.size(); ++i)
      family.add({{"host", host.name}, {"result", kHealthResultNames[i]}},
                 static_cast<double>(host.checks[i]));
}

}  // namespace

void add_upstream_metrics(std::span<const HostReport> hosts, telemetry::MetricSet& metrics) {
  const auto per_host = [&](telemetry::MetricFamily& family,
                            const std::function<double(const HostReport&)>& value) {
    for (const auto& host : hosts) family.add({{"host", host.name}}, value(host));
  };
  per_host(metrics.gauge("understudy_upstream_healthy", "1 unless health checks have taken the host out."),
           [](const HostReport& host) { return host.healthy ? 1.0 : 0.0; });
  per_host(metrics.gauge("understudy_upstream_ejected", "1 while failed requests have set the host aside."),
           [](const HostReport& host) { return host.ejected ? 1.0 : 0.0; });
  per_host(metrics.counter("understudy_upstream_ejections_total",
                           "How often failed requests have set the host aside."),
           [](const HostReport& host) { return static_cast<double>(host.ejections); });
  per_host(
      metrics.gauge("understudy_upstream_connections_active", "Connections open to the host, busy and idle."),
      [](const HostReport& host) { return static_cast<double>(host.connections_open); });
  add_requests(hosts, metrics);
  add_checks(hosts, metrics);
}

}  // namespace understudy::proxy
