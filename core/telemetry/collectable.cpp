#include "core/telemetry/collectable.hpp"

#include <cstddef>

namespace understudy::telemetry {
namespace {

prometheus::MetricType to_prometheus(MetricKind kind) {
  switch (kind) {
    case MetricKind::counter:
      return prometheus::MetricType::Counter;
    case MetricKind::gauge:
      return prometheus::MetricType::Gauge;
    case MetricKind::histogram:
      return prometheus::MetricType::Histogram;
  }
  return prometheus::MetricType::Untyped;
}

prometheus::ClientMetric to_prometheus(const MetricSeries& series, MetricKind kind) {
  prometheus::ClientMetric metric;
  for (const auto& [name, value] : series.labels) metric.label.push_back({name, value});
  switch (kind) {
    case MetricKind::counter:
      metric.counter.value = series.value;
      break;
    case MetricKind::gauge:
      metric.gauge.value = series.value;
      break;
    case MetricKind::histogram:
      metric.histogram.sample_count = series.histogram.count;
      metric.histogram.sample_sum = series.histogram.sum;
      for (std::size_t i = 0; i < series.histogram.bounds.size(); ++i)
        metric.histogram.bucket.push_back({series.histogram.buckets[i], series.histogram.bounds[i]});
      break;
  }
  return metric;
}

}  // namespace

std::vector<prometheus::MetricFamily> MetricsCollectable::Collect() const {
  MetricSet set;
  for (const auto& source : sources_) source(set);
  std::vector<prometheus::MetricFamily> families;
  families.reserve(set.families().size());
  for (const auto& family : set.families()) {
    auto& made = families.emplace_back();
    made.name = family.name;
    made.help = family.help;
    made.type = to_prometheus(family.kind);
    for (const auto& series : family.series) made.metric.push_back(to_prometheus(series, family.kind));
  }
  return families;
}

}  // namespace understudy::telemetry
