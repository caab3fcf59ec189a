// The proxy's counters under their Prometheus names: the one list of what operators can see.
#pragma once

#include "core/telemetry/metrics.hpp"
#include "proxy/exchange/counters.hpp"
#include "proxy/shadow/shadow_stats.hpp"

#include <span>

namespace understudy::proxy {

/// understudy_requests_total, understudy_responses_total, understudy_downstream_*, understudy_upstream_*,
/// limits, timeouts, durations: summed over the workers.
void add_data_plane_metrics(std::span<const WorkerCounters* const> workers, telemetry::MetricSet& metrics);

/// understudy_shadow_*, understudy_capture_*, understudy_scrub_*, understudy_tee_*.
void add_shadow_plane_metrics(const ShadowStats& stats, telemetry::MetricSet& metrics);

/// understudy_build_info, understudy_uptime_seconds, understudy_log_dropped_total and process_* (CPU, memory,
/// descriptors, start time).
void add_process_metrics(telemetry::MetricSet& metrics);

}  // namespace understudy::proxy
