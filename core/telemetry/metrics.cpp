#include "core/telemetry/metrics.hpp"

#include "core/telemetry/collectable.hpp"

#include <sstream>

#include <prometheus/text_serializer.h>

namespace understudy::telemetry {
namespace {

MetricSeries& add_series(MetricFamily& family, std::initializer_list<MetricLabel> labels) {
  auto& series = family.series.emplace_back();
  series.labels.reserve(labels.size());
  for (const auto& label : labels) series.labels.emplace_back(label.name, label.value);
  return series;
}

}  // namespace

MetricFamily& MetricFamily::add(std::initializer_list<MetricLabel> labels, double value) {
  add_series(*this, labels).value = value;
  return *this;
}

MetricFamily& MetricFamily::add(std::initializer_list<MetricLabel> labels, HistogramValue value) {
  add_series(*this, labels).histogram = std::move(value);
  return *this;
}

MetricFamily& MetricSet::counter(std::string_view name, std::string_view help) {
  return family(name, help, MetricKind::counter);
}
MetricFamily& MetricSet::gauge(std::string_view name, std::string_view help) {
  return family(name, help, MetricKind::gauge);
}
MetricFamily& MetricSet::histogram(std::string_view name, std::string_view help) {
  return family(name, help, MetricKind::histogram);
}

MetricFamily& MetricSet::family(std::string_view name, std::string_view help, MetricKind kind) {
  for (auto& known : families_)
    if (known.name == name) return known;
  auto& made = families_.emplace_back();
  made.name = name;
  made.help = help;
  made.kind = kind;
  return made;
}

std::string expose_text(std::span<const MetricSource> sources) {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, MetricsCollectable({sources.begin(), sources.end()}).Collect());
  return std::move(out).str();
}

}  // namespace understudy::telemetry
