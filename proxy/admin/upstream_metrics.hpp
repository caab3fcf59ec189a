// The primary's hosts under their Prometheus names, one series per configured host.
#pragma once

#include "core/telemetry/metrics.hpp"
#include "proxy/upstream/host_report.hpp"

#include <span>

namespace understudy::proxy {

/// understudy_upstream_{healthy,ejected,ejections_total,health_checks_total,requests_total,
/// connections_active}, labelled with the host of the configuration.
void add_upstream_metrics(std::span<const HostReport> hosts, telemetry::MetricSet& metrics);

}  // namespace understudy::proxy
