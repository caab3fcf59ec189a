// Our metrics for anything that speaks prometheus-cpp: a registry, an exposer, the text serializer.
#pragma once

#include "core/telemetry/metrics.hpp"

#include <utility>
#include <vector>

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

namespace understudy::telemetry {

/// Asks its sources at every scrape, on the scraping thread.
class MetricsCollectable final : public prometheus::Collectable {
 public:
  explicit MetricsCollectable(std::vector<MetricSource> sources) : sources_(std::move(sources)) {}
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  std::vector<MetricSource> sources_;
};

}  // namespace understudy::telemetry
