#include "replay/report/json_report.hpp"

#include "core/base/units.hpp"

#include <boost/json.hpp>

namespace understudy::replay {
namespace {

namespace json = boost::json;

constexpr int kSchemaVersion = 1;

double in_seconds(std::chrono::nanoseconds value) { return std::chrono::duration<double>(value).count(); }

json::object reasons(const ReasonCounts& counts) {
  json::object out;
  for (const auto& [reason, count] : counts) out[reason] = count;
  return out;
}

json::object captures_and_records(const RunResult& result) {
  const auto& accounting = result.accounting;
  return {{"in_capture", accounting.in_capture},
          {"selected", accounting.selected()},
          {"sent", accounting.sent},
          {"blocked", total(accounting.blocked)},
          {"filtered", total(accounting.filtered)},
          {"shed", accounting.shed},
          {"failed", total(accounting.failed)},
          {"reasons",
           {{"blocked", reasons(accounting.blocked)},
            {"filtered", reasons(accounting.filtered)},
            {"failed", reasons(accounting.failed)}}}};
}

json::array captures(const RunResult& result) {
  json::array out;
  for (const auto& capture : result.captures)
    out.push_back({{"path", capture.path.string()},
                   {"uuid", capture.info.uuid},
                   {"service", capture.info.service},
                   {"source", capture.info.source},
                   {"created", format_wall_time(capture.info.created_ns)},
                   {"exchanges", capture.exchanges},
                   {"sealed", capture.sealed},
                   {"unscrubbed", capture.info.contains_unscrubbed},
                   {"chunks_lost", capture.damage.chunks_lost},
                   {"exchanges_lost_in_recording", capture.gaps.exchanges}});
  return out;
}

json::object latency(const Histogram& histogram) {
  return {{"p50", in_seconds(histogram.quantile(0.5))},
          {"p90", in_seconds(histogram.quantile(0.9))},
          {"p95", in_seconds(histogram.quantile(0.95))},
          {"p99", in_seconds(histogram.quantile(0.99))},
          {"p999", in_seconds(histogram.quantile(0.999))},
          {"max", in_seconds(histogram.max())},
          {"n", histogram.count()}};
}

json::object short_latency(const Histogram& histogram) {
  return {{"p50", in_seconds(histogram.quantile(0.5))},
          {"p99", in_seconds(histogram.quantile(0.99))},
          {"max", in_seconds(histogram.max())}};
}

json::object pacing(const PacingResult& pacing) {
  return {{"mode", pacing.mode},
          {"planned_seconds", in_seconds(pacing.planned)},
          {"actual_seconds", in_seconds(pacing.actual)},
          {"lateness_seconds", short_latency(pacing.lateness)},
          {"generator_lag_seconds", short_latency(pacing.dispatch_lag)},
          {"held_back", pacing.held_back}};
}

json::object agreement(const AgreementCounts& counts) {
  return {{"match", counts.match},
          {"noise", counts.noise},
          {"expected", counts.expected},
          {"mismatch", counts.mismatch},
          {"not_compared", reasons(counts.not_compared)}};
}

json::object example(const Example& example) {
  return {{"exchange_id", example.exchange_id},
          {"request", example.request},
          {"recorded", example.recorded},
          {"replayed", example.replayed}};
}

json::object finding(const RunResult& result, const Finding& finding) {
  json::object out{
      {"fingerprint", finding.fingerprint()},
      {"endpoint", finding.endpoint},
      {"path", finding.path},
      {"kind", diff::to_string(finding.kind)},
      {"count", finding.count},
      {"of", compared_for(result, finding)},
      {"endpoints", finding.endpoints},
      {"classes", {diff::to_string(finding.recorded_class), diff::to_string(finding.replayed_class)}},
      {"example", example(finding.examples.front())}};
  if (finding.examples.size() > 1) {
    json::array more;
    for (std::size_t i = 1; i < finding.examples.size(); ++i) more.push_back(example(finding.examples[i]));
    out["more_examples"] = std::move(more);
  }
  if (!finding.evidence.empty()) {
    json::object evidence;
    for (const auto& [why, count] : finding.evidence) evidence[diff::to_string(why)] = count;
    out["evidence"] = std::move(evidence);
  }
  return out;
}

/// A slowdown is listed like every other difference, with times as its values.
json::object slowdown(const Slowdown& slowdown) {
  Finding place;
  place.endpoint = slowdown.endpoint;
  place.path = "latency";
  return {{"fingerprint", place.fingerprint()},
          {"endpoint", slowdown.endpoint},
          {"path", "latency"},
          {"kind", "slower"},
          {"count", slowdown.slower},
          {"of", slowdown.pairs},
          {"endpoints", 1},
          {"p_value", slowdown.p_value},
          {"floor_seconds", in_seconds(slowdown.floor)},
          {"faster", slowdown.faster},
          {"example",
           {{"request", slowdown.endpoint},
            {"recorded", "median " + format_duration(slowdown.recorded_median)},
            {"replayed", "median " + format_duration(slowdown.candidate_median)}}}};
}

json::array endpoints(const RunResult& result) {
  json::array out;
  for (const auto& [endpoint, tally] : result.judge->endpoints())
    out.push_back({{"endpoint", endpoint},
                   {"answered", tally.answered},
                   {"failed", tally.failed},
                   {"compared", tally.agreement.compared()},
                   {"match", tally.agreement.match},
                   {"noise", tally.agreement.noise},
                   {"expected", tally.agreement.expected},
                   {"mismatch", tally.agreement.mismatch},
                   {"not_compared", total(tally.agreement.not_compared)},
                   {"header_only", tally.agreement.mismatch - tally.body_or_status},
                   {"clean", tally.clean()},
                   {"leaves_compared", tally.leaves_compared},
                   {"service_seconds", short_latency(tally.service)}});
  return out;
}

json::array checks(const RunResult& result) {
  json::array out;
  for (const auto& check : result.checks) {
    json::value interval = nullptr;
    if (check.has_interval) interval = json::array{check.interval.low, check.interval.high};
    out.push_back({{"name", check.name},
                   {"observed", check.observed},
                   {"limit", check.limit},
                   {"ci", std::move(interval)},
                   {"n", check.n},
                   {"status", to_string(check.status)},
                   {"note", check.note}});
  }
  return out;
}

json::array listed(const RunResult& result, const std::vector<Finding>& findings, std::size_t limit) {
  json::array out;
  for (const auto& each : findings) {
    if (out.size() == limit) break;
    out.push_back(finding(result, each));
  }
  return out;
}

}  // namespace

std::string json_report(const RunResult& result, std::size_t differences_max) {
  const auto& judge = *result.judge;
  json::array differences;
  for (const auto& each : result.slowdowns) differences.push_back(slowdown(each));
  for (auto& each : listed(result, result.differences, differences_max))
    differences.push_back(std::move(each));
  const json::object report{{"schema_version", kSchemaVersion},
                            {"understudy", UNDERSTUDY_VERSION},
                            {"verdict", to_string(result.verdict)},
                            {"target", result.target},
                            {"seed", result.seed},
                            {"sample", result.sample},
                            {"started", format_wall_time(result.started_wall_ns)},
                            {"captures", captures(result)},
                            {"out_of_order", result.out_of_order},
                            {"records", captures_and_records(result)},
                            {"pacing", pacing(result.pacing)},
                            {"latency_seconds",
                             {{"candidate",
                               {{"intended", latency(judge.latencies().intended)},
                                {"service", latency(judge.latencies().service)}}}}},
                            {"comparison", agreement(judge.agreement())},
                            {"leaves_compared", judge.leaves_compared()},
                            {"differences_found", result.differences.size() + result.slowdowns.size()},
                            {"differences", std::move(differences)},
                            {"noise", listed(result, result.noise, differences_max)},
                            {"noise_learning",
                             {{"responses", result.noise_learning.responses},
                              {"repeated", result.noise_learning.repeated},
                              {"not_learned", result.noise_learning.not_learned}}},
                            {"endpoints", endpoints(result)},
                            {"checks", checks(result)}};
  return json::serialize(report) + '\n';
}

}  // namespace understudy::replay
