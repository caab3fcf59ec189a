// Metrics as plain values: who owns counters adds them to a set when asked; the set becomes Prometheus text.
#pragma once

#include <concepts>
#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace understudy::telemetry {

enum class MetricKind : std::uint8_t { counter, gauge, histogram };

/// A label of the closed lists or of the configuration; never of a request.
struct MetricLabel {
  std::string_view name;
  std::string_view value;
};

/// Cumulative counts of a histogram: `buckets[i]` observations were at most `bounds[i]`.
struct HistogramValue {
  std::vector<double> bounds;  ///< ascending, without +Inf
  std::vector<std::uint64_t> buckets;
  std::uint64_t count = 0;
  double sum = 0;
};

struct MetricSeries {
  std::vector<std::pair<std::string, std::string>> labels;
  double value = 0;
  HistogramValue histogram;
};

/// All series of one name. Names: `understudy_*`, base units (seconds, bytes), counters end in `_total`.
struct MetricFamily {
  std::string name;
  std::string help;
  MetricKind kind = MetricKind::counter;
  std::vector<MetricSeries> series;

  MetricFamily& add(std::initializer_list<MetricLabel> labels, double value);
  MetricFamily& add(double value) { return add({}, value); }
  MetricFamily& add(std::initializer_list<MetricLabel> labels, HistogramValue value);
  /// Counts beyond 2^53 lose their last digits, as everywhere in Prometheus.
  MetricFamily& add(std::initializer_list<MetricLabel> labels, std::unsigned_integral auto count) {
    return add(labels, static_cast<double>(count));
  }
  MetricFamily& add(std::unsigned_integral auto count) { return add({}, count); }
};

/// One scrape. A family is stated once; asking for it again gives the same one, whatever `help` then says.
class MetricSet {
 public:
  MetricFamily& counter(std::string_view name, std::string_view help);
  MetricFamily& gauge(std::string_view name, std::string_view help);
  MetricFamily& histogram(std::string_view name, std::string_view help);

  const std::deque<MetricFamily>& families() const noexcept { return families_; }

 private:
  MetricFamily& family(std::string_view name, std::string_view help, MetricKind kind);
  std::deque<MetricFamily> families_;  // references to families stay valid while others are added
};

/// Adds what it knows; called on the scraping thread, so it reads atomics or takes a snapshot.
using MetricSource = std::function<void(MetricSet&)>;

/// The Prometheus text format 0.0.4 of all sources, in their order.
std::string expose_text(std::span<const MetricSource> sources);

/// The Content-Type of `expose_text`.
inline constexpr std::string_view kExpositionContentType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace understudy::telemetry
