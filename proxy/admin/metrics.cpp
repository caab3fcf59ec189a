#include "proxy/admin/metrics.hpp"

#include <functional>
#include <numeric>
#include <string>

namespace understudy::proxy {
namespace {

constexpr std::array<std::string_view, 5> kCodeClasses{"1xx", "2xx", "3xx", "4xx", "5xx"};

/// Statuses with a series of their own; what else a response says is counted as "other".
constexpr std::array<unsigned, 48> kCodes{100, 101, 103, 200, 201, 202, 203, 204, 205, 206, 207, 300,
                                          301, 302, 303, 304, 307, 308, 400, 401, 402, 403, 404, 405,
                                          406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417,
                                          421, 422, 425, 426, 429, 431, 500, 501, 502, 503, 504, 508};

using Workers = std::span<const WorkerCounters* const>;

double sum_of(Workers workers,
              const std::function<const SingleWriterCounter&(const WorkerCounters&)>& counter) {
  return std::accumulate(workers.begin(), workers.end(), 0.0, [&](double sum, const WorkerCounters* each) {
    return sum + static_cast<double>(counter(*each).value());
  });
}

double sum_of(Workers workers, SingleWriterCounter WorkerCounters::* counter) {
  return sum_of(
      workers, [counter](const WorkerCounters& each) -> const SingleWriterCounter& { return each.*counter; });
}

telemetry::HistogramValue histogram_of(Workers workers, DurationHistogram WorkerCounters::* histogram) {
  telemetry::HistogramValue value;
  value.bounds.assign(kDurationBounds.begin(), kDurationBounds.end());
  std::uint64_t cumulative = 0;
  for (std::size_t bucket = 0; bucket <= kDurationBounds.size(); ++bucket) {
    for (const auto* each : workers) cumulative += (each->*histogram).bucket(bucket);
    if (bucket < kDurationBounds.size()) value.buckets.push_back(cumulative);
  }
  value.count = cumulative;
  for (const auto* each : workers) value.sum += (each->*histogram).sum_seconds();
  return value;
}

/// One series per name of a closed list, from an array of counters in every worker.
template <std::size_t N>
void add_by_name(telemetry::MetricFamily& family, std::string_view label,
                 const std::array<std::string_view, N>& names, Workers workers,
                 std::array<SingleWriterCounter, N> WorkerCounters::* counters) {
  for (std::size_t i = 0; i < N; ++i)
    family.add({{label, names[i]}}, sum_of(workers, [counters, i](const WorkerCounters& each) -> const auto& {
                 return (each.*counters)[i];
               }));
}

void add_responses(Workers workers, telemetry::MetricSet& set) {
  auto& family =
      set.counter("understudy_responses_total", "Responses sent to clients, by status; interim ones too.");
  const auto count_of = [&](std::size_t index) {
    return sum_of(workers, [index](const WorkerCounters& each) -> const auto& {
      return each.responses_by_status[index];
    });
  };
  double others = 0;
  for (std::size_t i = 0; i < WorkerCounters{}.responses_by_status.size(); ++i) others += count_of(i);
  for (const auto code : kCodes) {
    const auto count = count_of(code - 100);
    family.add({{"code", std::to_string(code)}}, count);
    others -= count;
  }
  family.add({{"code", "other"}}, others);
}

/// What stood in the way: limits, timeouts, the load.
void add_protection(Workers workers, telemetry::MetricSet& set) {
  add_by_name(set.counter("understudy_limits_hit_total", "How often a limit of `limits:` was reached."),
              "limit", kLimitHitNames, workers, &WorkerCounters::limits_hit);
  add_by_name(set.counter("understudy_timeouts_total", "How often a timeout of `timeouts:` passed."),
              "timeout", kTimeoutHitNames, workers, &WorkerCounters::timeouts_hit);
  set.gauge("understudy_requests_in_flight",
            "Requests sent to the primary and not answered whole; no tunnels.")
      .add(sum_of(workers, &WorkerCounters::requests_in_flight));
  const auto permille = sum_of(workers, &WorkerCounters::overload_shed_permille);
  set.gauge("understudy_overload_shed_ratio", "Share of requests being shed now, mean of the workers.")
      .add(workers.empty() ? 0 : permille / 1000 / static_cast<double>(workers.size()));
  set.histogram("understudy_event_loop_wait_seconds",
                "What an event waits for its turn on a worker, sampled.")
      .add({}, histogram_of(workers, &WorkerCounters::event_loop_wait));
}

void add_downstream(Workers workers, telemetry::MetricSet& set) {
  add_by_name(set.counter("understudy_requests_total",
                          "Requests answered, by class of the status sent to the client."),
              "code_class", kCodeClasses, workers, &WorkerCounters::responses_by_class);
  add_by_name(set.counter("understudy_local_replies_total", "Requests that the proxy answered by itself."),
              "reason", kLocalReplyNames, workers, &WorkerCounters::local_replies);
  const auto counter = [&](const char* name, const char* help,
                           SingleWriterCounter WorkerCounters::* counter_of) {
    set.counter(name, help).add(sum_of(workers, counter_of));
  };
  counter("understudy_downstream_requests_total", "Request heads read and accepted.",
          &WorkerCounters::requests);
  counter("understudy_downstream_connections_total", "Client connections accepted.",
          &WorkerCounters::connections_accepted);
  counter("understudy_downstream_connections_refused_total", "Client connections refused over the limit.",
          &WorkerCounters::connections_refused);
  counter("understudy_downstream_proxy_protocol_errors_total",
          "Connections closed for a PROXY header that was bad, missing or from a stranger.",
          &WorkerCounters::proxy_protocol_errors);
  counter("understudy_downstream_accept_errors_total", "Accepting paused for lack of descriptors or memory.",
          &WorkerCounters::accept_errors);
  counter("understudy_downstream_aborts_total", "Clients that went away before their response was whole.",
          &WorkerCounters::client_aborts);
  counter("understudy_downstream_received_bytes_total", "Bytes read from clients.",
          &WorkerCounters::downstream_bytes_in);
  counter("understudy_downstream_sent_bytes_total", "Bytes written to clients.",
          &WorkerCounters::downstream_bytes_out);
  counter("understudy_tunnels_total", "Connections that became tunnels (101).", &WorkerCounters::tunnels);
  set.gauge("understudy_downstream_connections_active", "Client connections open.")
      .add(sum_of(workers, &WorkerCounters::connections_active));
  set.gauge("understudy_tunnels_active", "Tunnels open.")
      .add(sum_of(workers, &WorkerCounters::tunnels_active));
  set.histogram("understudy_request_duration_seconds",
                "From the request head read to the response sent whole.")
      .add({}, histogram_of(workers, &WorkerCounters::exchange_duration));
  set.histogram(
         "understudy_added_latency_seconds",
         "What the proxy itself adds: request head read to request sent without connecting, and response "
         "head read to its first bytes sent.")
      .add({}, histogram_of(workers, &WorkerCounters::added_latency));
}

void add_upstream(Workers workers, telemetry::MetricSet& set) {
  set.counter("understudy_upstream_connections_total", "Connections opened to the primary.")
      .add(sum_of(workers, &WorkerCounters::upstream_connections_opened));
  set.counter("understudy_upstream_connection_reuses_total",
              "Requests sent on a pooled connection to the primary.")
      .add(sum_of(workers, &WorkerCounters::upstream_connections_reused));
  set.counter("understudy_upstream_retries_total",
              "Requests tried again: a pooled connection was stale, or a host could not be connected to.")
      .add(sum_of(workers, &WorkerCounters::upstream_retries));
  add_by_name(set.counter("understudy_upstream_errors_total", "What went wrong with the primary."), "error",
              kPrimaryErrorNames, workers, &WorkerCounters::primary_errors);
  set.histogram("understudy_upstream_first_byte_seconds",
                "From the request head sent to the first byte back.")
      .add({}, histogram_of(workers, &WorkerCounters::upstream_first_byte));
  set.histogram("understudy_upstream_connect_seconds", "Time to connect to the primary.")
      .add({}, histogram_of(workers, &WorkerCounters::upstream_connect));
}

}  // namespace

void add_data_plane_metrics(Workers workers, telemetry::MetricSet& metrics) {
  add_downstream(workers, metrics);
  add_responses(workers, metrics);
  add_protection(workers, metrics);
  add_upstream(workers, metrics);
}

}  // namespace understudy::proxy
