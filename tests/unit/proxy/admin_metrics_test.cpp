#include "proxy/admin/metrics.hpp"
#include "proxy/admin/upstream_metrics.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>

namespace understudy::proxy {
namespace {

ShadowStats one_shadow() {
  ShadowStats stats;
  stats.events = 7;
  stats.shadows.resize(1);
  stats.shadows[0].name = "staging";
  stats.shadows[0].outcomes[0] = 4;
  stats.shadows[0].not_mirrored[static_cast<std::size_t>(Reason::write_blocked)] = 3;
  stats.capture.enabled = true;
  stats.capture.recorded = 7;
  stats.capture.recorder.bytes_raw = 1000;
  stats.capture.recorder.bytes_stored = 100;
  stats.redactions = {{"email", 2}, {"card", 0}};
  return stats;
}

std::vector<HostReport> two_hosts() {
  std::vector<HostReport> hosts(2);
  hosts[0].name = "http://a:80";
  hosts[0].responses[1] = 5;
  hosts[0].connections_open = 3;
  hosts[1].name = "http://b:80";
  hosts[1].healthy = false;
  hosts[1].ejected = true;
  hosts[1].ejections = 2;
  hosts[1].errors = 4;
  hosts[1].checks[2] = 9;
  return hosts;
}

std::string expose_all(const std::vector<const WorkerCounters*>& workers, const ShadowStats& stats) {
  const std::vector<telemetry::MetricSource> sources{
      [&](telemetry::MetricSet& set) { add_data_plane_metrics(workers, set); },
      [&](telemetry::MetricSet& set) { add_shadow_plane_metrics(stats, set); },
      [](telemetry::MetricSet& set) { add_upstream_metrics(two_hosts(), set); },
      [](telemetry::MetricSet& set) { add_process_metrics(set); }};
  return telemetry::expose_text(sources);
}

bool has(const std::string& text, std::string_view line) {
  return text.find("\n" + std::string(line) + "\n") != std::string::npos;
}

TEST(AdminMetrics, WorkersAreSummed) {
  WorkerCounters first;
  WorkerCounters second;
  first.count_response(200);
  second.count_response(204);
  second.count_response(503);
  first.connections_accepted.add(2);
  first.exchange_duration.record(std::chrono::microseconds(80));
  second.exchange_duration.record(std::chrono::hours(1));
  const auto text = expose_all({&first, &second}, one_shadow());
  EXPECT_TRUE(has(text, R"(understudy_requests_total{code_class="2xx"} 2)")) << text;
  EXPECT_TRUE(has(text, R"(understudy_requests_total{code_class="5xx"} 1)"));
  EXPECT_TRUE(has(text, "understudy_downstream_connections_total 2"));
  EXPECT_TRUE(has(text, R"(understudy_request_duration_seconds_bucket{le="5e-05"} 0)")) << text;
  EXPECT_TRUE(has(text, R"(understudy_request_duration_seconds_bucket{le="0.0001"} 1)"));
  EXPECT_TRUE(has(text, R"(understudy_request_duration_seconds_bucket{le="60"} 1)"));
  EXPECT_TRUE(has(text, R"(understudy_request_duration_seconds_bucket{le="+Inf"} 2)"));
}

TEST(AdminMetrics, EverySeriesOfAClosedListIsThereFromTheStart) {
  const WorkerCounters worker;
  const auto text = expose_all({&worker}, one_shadow());
  for (std::size_t i = 1; i < kReasonNames.size(); ++i) {
    const std::string reason(kReasonNames[i]);
    EXPECT_NE(text.find("understudy_shadow_not_mirrored_total{shadow=\"staging\",reason=\"" + reason + "\"}"),
              std::string::npos)
        << reason;
    EXPECT_NE(text.find("understudy_capture_not_recorded_total{reason=\"" + reason + "\"}"),
              std::string::npos)
        << reason;
  }
  for (const auto outcome : kShadowOutcomeNames)
    EXPECT_NE(text.find("outcome=\"" + std::string(outcome) + "\"}"), std::string::npos) << outcome;
  for (const auto reason : kLocalReplyNames)
    EXPECT_TRUE(has(text, "understudy_local_replies_total{reason=\"" + std::string(reason) + "\"} 0"))
        << reason;
  EXPECT_TRUE(has(text, R"(understudy_scrub_redactions_total{detector="card"} 0)"));
  EXPECT_TRUE(has(text, R"(understudy_capture_bytes_total{stage="stored"} 100)"));
  EXPECT_NE(text.find("understudy_build_info{version=\""), std::string::npos);
}

TEST(AdminMetrics, HostsAreSeriesOfTheirOwn) {
  const WorkerCounters worker;
  const auto text = expose_all({&worker}, one_shadow());
  EXPECT_TRUE(has(text, R"(understudy_upstream_healthy{host="http://a:80"} 1)")) << text;
  EXPECT_TRUE(has(text, R"(understudy_upstream_healthy{host="http://b:80"} 0)"));
  EXPECT_TRUE(has(text, R"(understudy_upstream_ejected{host="http://b:80"} 1)"));
  EXPECT_TRUE(has(text, R"(understudy_upstream_ejections_total{host="http://b:80"} 2)"));
  EXPECT_TRUE(has(text, R"(understudy_upstream_connections_active{host="http://a:80"} 3)"));
  EXPECT_TRUE(has(text, R"(understudy_upstream_requests_total{host="http://a:80",code_class="2xx"} 5)"));
  EXPECT_TRUE(has(text, R"(understudy_upstream_requests_total{host="http://b:80",code_class="none"} 4)"));
  EXPECT_TRUE(has(text, R"(understudy_upstream_requests_total{host="http://b:80",code_class="2xx"} 0)"));
  EXPECT_TRUE(
      has(text, R"(understudy_upstream_health_checks_total{host="http://b:80",result="connect_failed"} 9)"));
  EXPECT_TRUE(has(text, R"(understudy_upstream_health_checks_total{host="http://a:80",result="ok"} 0)"));
}

TEST(AdminMetrics, PromtoolFindsNothingToSay) {
  if (std::system("promtool --version >/dev/null 2>&1") != 0)
    GTEST_SKIP() << "promtool (package prometheus) is not here";
  const WorkerCounters worker;
  const auto file =
      std::filesystem::temp_directory_path() / ("understudy_metrics_" + std::to_string(::getpid()));
  std::ofstream(file) << expose_all({&worker}, one_shadow());
  const auto command = "promtool check metrics < " + file.string() + " 2>&1";
  std::string said;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  std::array<char, 512> line{};
  while (std::fgets(line.data(), line.size(), pipe) != nullptr) said += line.data();
  EXPECT_EQ(::pclose(pipe), 0) << said;
  EXPECT_EQ(said, "");
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace understudy::proxy
