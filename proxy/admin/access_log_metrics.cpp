#include "proxy/admin/access_log_metrics.hpp"

namespace understudy::proxy {

void add_access_log_metrics(const AccessLogStats& stats, telemetry::MetricSet& metrics) {
  metrics.gauge("understudy_access_log_enabled", "1 while exchanges get a line.").add(stats.enabled ? 1 : 0);
  metrics.counter("understudy_access_log_lines_total", "Lines written to the access log.").add(stats.lines);
  metrics.counter("understudy_access_log_bytes_total", "Bytes written to the access log.").add(stats.bytes);
  metrics
      .counter("understudy_access_log_dropped_total",
               "Exchanges without their line: the log was full, failing or ending.")
      .add(stats.dropped);
  metrics
      .gauge("understudy_access_log_failing",
             "1 while the access log cannot be written: disk full, reader gone or behind.")
      .add(stats.failing ? 1 : 0);
}

}  // namespace understudy::proxy
