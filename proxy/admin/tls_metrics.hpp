// TLS as operators see it: certificates and their ends, reloads, handshakes.
#pragma once

#include "core/telemetry/metrics.hpp"
#include "proxy/tls/tls_registry.hpp"

#include <vector>

namespace understudy::proxy {

void add_tls_metrics(const std::vector<TlsRegistry::Entry>& entries, telemetry::MetricSet& metrics);

}  // namespace understudy::proxy
