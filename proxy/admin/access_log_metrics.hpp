// The access log under its Prometheus names.
#pragma once

#include "core/telemetry/metrics.hpp"
#include "proxy/access_log/access_log.hpp"

namespace understudy::proxy {

/// understudy_access_log_*: all 0 while there is no access log.
void add_access_log_metrics(const AccessLogStats& stats, telemetry::MetricSet& metrics);

}  // namespace understudy::proxy
