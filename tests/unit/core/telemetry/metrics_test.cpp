#include "core/telemetry/metrics.hpp"

#include "core/telemetry/collectable.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <prometheus/registry.h>

namespace understudy::telemetry {
namespace {

std::string expose(MetricSource source) {
  const std::vector<MetricSource> sources{std::move(source)};
  return expose_text(sources);
}

TEST(Metrics, CountersAndGaugesBecomePrometheusText) {
  const auto text = expose([](MetricSet& set) {
    set.counter("understudy_requests_total", "Requests.")
        .add({{"code_class", "2xx"}}, 12)
        .add({{"code_class", "5xx"}}, 0);
    set.gauge("understudy_tee_bytes", "Bytes.").add(7);
  });
  EXPECT_NE(text.find("# HELP understudy_requests_total Requests.\n# TYPE understudy_requests_total counter\n"
                      "understudy_requests_total{code_class=\"2xx\"} "
                      "12\nunderstudy_requests_total{code_class=\"5xx\"} 0\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("# TYPE understudy_tee_bytes gauge\nunderstudy_tee_bytes 7\n"), std::string::npos)
      << text;
}

TEST(Metrics, HistogramsAreCumulativeAndEndWithInfinity) {
  const auto text = expose([](MetricSet& set) {
    set.histogram("understudy_request_duration_seconds", "Time.")
        .add({}, HistogramValue{{0.1, 1}, {3, 5}, 6, 2.5});
  });
  EXPECT_NE(text.find("_bucket{le=\"0.1\"} 3\n"), std::string::npos) << text;
  EXPECT_NE(text.find("_bucket{le=\"1\"} 5\n"), std::string::npos) << text;
  EXPECT_NE(text.find("_bucket{le=\"+Inf\"} 6\n"), std::string::npos) << text;
  EXPECT_NE(text.find("_sum 2.5\n"), std::string::npos) << text;
  EXPECT_NE(text.find("_count 6\n"), std::string::npos) << text;
}

TEST(Metrics, AFamilyNamedTwiceIsExposedOnce) {
  const std::vector<MetricSource> sources{
      [](MetricSet& set) { set.counter("understudy_x_total", "X.").add({{"worker", "0"}}, 1); },
      [](MetricSet& set) { set.counter("understudy_x_total", "X.").add({{"worker", "1"}}, 2); }};
  const auto text = expose_text(sources);
  EXPECT_EQ(text.find("# HELP"), text.rfind("# HELP"));
  EXPECT_NE(text.find("{worker=\"1\"} 2"), std::string::npos);
}

TEST(Metrics, LabelValuesAreEscaped) {
  const auto text = expose(
      [](MetricSet& set) { set.counter("understudy_x_total", "X.").add({{"shadow", "a\"b\\c\nd"}}, 1); });
  EXPECT_NE(text.find(R"({shadow="a\"b\\c\nd"} 1)"), std::string::npos) << text;
}

TEST(Metrics, ReferencesToFamiliesSurviveOthersBeingAdded) {
  MetricSet set;
  auto& first = set.counter("understudy_a_total", "A.");
  for (int i = 0; i < 100; ++i) set.counter("understudy_b" + std::to_string(i) + "_total", "B.");
  first.add(1);
  EXPECT_EQ(set.families().front().series.size(), 1u);
}

TEST(Metrics, ACollectableGivesTheSameToPrometheusCpp) {
  const MetricsCollectable collectable(
      {[](MetricSet& set) { set.counter("understudy_x_total", "X.").add(3); }});
  const auto families = collectable.Collect();
  ASSERT_EQ(families.size(), 1u);
  EXPECT_EQ(families[0].metric.at(0).counter.value, 3);
}

}  // namespace
}  // namespace understudy::telemetry
