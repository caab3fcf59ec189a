#include "proxy/admin/tls_metrics.hpp"

#include "core/net/tls_counters.hpp"

#include <chrono>
#include <cstddef>

namespace understudy::proxy {
namespace {

using telemetry::MetricSet;

double seconds_since_epoch(std::chrono::system_clock::time_point time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

telemetry::HistogramValue durations(const net::TlsCounters& counters) {
  telemetry::HistogramValue value;
  value.bounds.assign(net::kHandshakeBounds.begin(), net::kHandshakeBounds.end());
  for (std::size_t bucket = 0; bucket < counters.duration.size(); ++bucket) {
    value.count += counters.duration[bucket].load();
    if (bucket < value.bounds.size()) value.buckets.push_back(value.count);
  }
  value.sum = static_cast<double>(counters.duration_ns.load()) / 1e9;
  return value;
}

void add_one(const TlsRegistry::Entry& entry, MetricSet& metrics) {
  const auto& source = *entry.source;
  const std::string_view side = entry.listener ? "listener" : "origin";
  const auto value = [](std::uint64_t count) { return static_cast<double>(count); };
  auto& reloads =
      metrics.counter("understudy_tls_reloads_total", "Changed certificates, keys and CAs by result");
  reloads.add({{"side", side}, {"name", source.name()}, {"result", "ok"}}, value(source.reloads()));
  reloads.add({{"side", side}, {"name", source.name()}, {"result", "failed"}},
              value(source.failed_reloads()));
  metrics.gauge("understudy_tls_reload_failed", "1 while the files hold something that was refused")
      .add({{"side", side}, {"name", source.name()}}, source.stale() ? 1 : 0);
  const auto& counters = source.counters();
  auto& handshakes = metrics.counter("understudy_tls_handshakes_total", "TLS handshakes by result");
  handshakes.add({{"side", side}, {"name", source.name()}, {"result", "full"}}, value(counters.full));
  handshakes.add({{"side", side}, {"name", source.name()}, {"result", "resumed"}}, value(counters.resumed));
  for (std::size_t i = 0; i < net::kTlsErrorNames.size(); ++i)
    handshakes.add({{"side", side}, {"name", source.name()}, {"result", net::kTlsErrorNames[i]}},
                   value(counters.failed[i]));
  metrics.histogram("understudy_tls_handshake_duration_seconds", "Finished TLS handshakes")
      .add({{"side", side}, {"name", source.name()}}, durations(counters));
  const auto now = std::chrono::system_clock::now();
  for (const auto& certificate : source.certificates()) {
    metrics.gauge("understudy_tls_certificate_not_after_seconds", "End of validity in Unix time")
        .add({{"side", side}, {"name", source.name()}, {"file", certificate.path}},
             seconds_since_epoch(certificate.not_after));
    metrics.gauge("understudy_tls_certificate_expires_in_seconds", "Validity left, negative when expired")
        .add({{"side", side}, {"name", source.name()}, {"file", certificate.path}},
             std::chrono::duration<double>(certificate.not_after - now).count());
  }
}

}  // namespace

void add_tls_metrics(const std::vector<TlsRegistry::Entry>& entries, MetricSet& metrics) {
  for (const auto& entry : entries) add_one(entry, metrics);
}

}  // namespace understudy::proxy
