#include "replay/judge/verdict.hpp"

#include "core/base/units.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace understudy::replay {
namespace {

using Status = Check::Status;

constexpr std::uint64_t kLagSamplesMin = 20;

double seconds(std::chrono::nanoseconds value) { return std::chrono::duration<double>(value).count(); }

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

struct Shares {
  std::uint64_t attempted;
  std::uint64_t failed;
  std::uint64_t compared;
  explicit Shares(const RunEvidence& evidence)
      : attempted(evidence.judge.answered() + total(evidence.judge.failures())),
        failed(total(evidence.judge.failures())),
        compared(evidence.judge.agreement().compared()) {}
};

bool replaced(const std::vector<Threshold>& thresholds, std::string_view name) {
  return std::ranges::any_of(thresholds,
                             [name](const Threshold& threshold) { return threshold.name == name; });
}

Check counted(std::string name, std::uint64_t bad, std::uint64_t n, std::string note) {
  return {.name = std::move(name),
          .observed = share(bad, n),
          .limit = "= 0",
          .has_interval = true,
          .interval = share_interval(bad, n),
          .n = n,
          .status = n == 0     ? Status::inconclusive
                    : bad == 0 ? Status::pass
                               : Status::fail,
          .note = std::move(note)};
}

Check coverage_check(const RunEvidence& evidence, const Shares& shares) {
  const auto answered = evidence.judge.answered();
  Check check{.name = "coverage",
              .observed = share(shares.compared, answered),
              .limit = fmt::format(">= {}", kCoverageMin),
              .n = answered};
  check.note = fmt::format("{} of {} answers were compared", shares.compared, answered);
  if (shares.compared == 0 || check.observed < kCoverageMin) check.status = Status::inconclusive;
  return check;
}

Check reachable_check(const RunEvidence& evidence, const Shares& shares) {
  Check check{.name = "target_answers",
              .observed = share(shares.failed, shares.attempted),
              .limit = "<= 0.5",
              .n = shares.attempted};
  check.note = fmt::format("{} of {} requests got no complete answer", shares.failed, shares.attempted);
  const bool none = shares.attempted > 0 && shares.failed == shares.attempted;
  if (evidence.unreachable || none || check.observed > 0.5) check.status = Status::invalid;
  return check;
}

Check damage_check(std::uint64_t places) {
  Check check{.name = "capture_intact", .observed = static_cast<double>(places), .limit = "= 0", .n = places};
  check.note = "damaged places in the captures; `understudy capture verify` names them";
  check.status = Status::fail;
  return check;
}

Check lag_check(const RunEvidence& evidence) {
  const auto p99 = evidence.dispatch_lag.quantile(0.99);
  const auto limit = lag_limit(evidence.planned);
  Check check{.name = "generator_lag_p99",
              .observed = seconds(p99),
              .limit = fmt::format("<= {}", seconds(limit)),
              .n = evidence.dispatch_lag.count()};
  check.note =
      "how late the generator itself was; beyond the limit the run does not have the shape it claims";
  if (check.n >= kLagSamplesMin && p99 > limit) check.status = Status::invalid;
  return check;
}

Check shed_check(const RunEvidence& evidence) {
  const auto selected = evidence.accounting.selected();
  Check check{.name = "shed",
              .observed = share(evidence.accounting.shed, selected),
              .limit = "<= 0.01",
              .n = selected};
  check.note = "requests that were too late to be sent";
  if (check.observed > 0.01) check.status = Status::invalid;
  return check;
}

Check latency_check(const RunEvidence& evidence) {
  const auto judged = evidence.judge.latency_comparison().endpoints_judged();
  Check check{.name = "latency_regression",
              .observed = static_cast<double>(evidence.slowdowns.size()),
              .limit = "= 0",
              .n = judged};
  check.note = fmt::format("{} of {} endpoints with {} or more pairs are slower than recorded",
                           evidence.slowdowns.size(), judged, LatencyComparison::kPairsMin);
  if (!evidence.slowdowns.empty()) check.status = Status::fail;
  return check;
}

double observed_for(const Threshold& threshold, const RunEvidence& evidence, const Shares& shares,
                    Check& check) {
  const auto& judge = evidence.judge;
  const auto rate = [&check](std::uint64_t part, std::uint64_t whole) {
    check.n = whole;
    check.has_interval = true;
    check.interval = share_interval(part, whole);
    return share(part, whole);
  };
  if (threshold.name == "mismatch_rate") return rate(judge.agreement().mismatch, shares.compared);
  if (threshold.name == "error_rate") return rate(shares.failed + judge.server_errors(), shares.attempted);
  if (threshold.name == "failed_rate") return rate(shares.failed, shares.attempted);
  if (threshold.name == "coverage") return rate(shares.compared, judge.answered());
  const bool late = threshold.name == "lateness_p99";
  const auto& values = late                               ? evidence.lateness
                       : threshold.name == "intended_p99" ? judge.latencies().intended
                                                          : judge.latencies().service;
  check.n = values.count();
  if (threshold.name == "max") return seconds(values.max());
  const double quantile = threshold.name == "p50"    ? 0.5
                          : threshold.name == "p90"  ? 0.9
                          : threshold.name == "p95"  ? 0.95
                          : threshold.name == "p999" ? 0.999
                                                     : 0.99;
  return seconds(values.quantile(quantile));
}

Check threshold_check(const Threshold& threshold, const RunEvidence& evidence, const Shares& shares) {
  Check check{.name = threshold.text};
  check.observed = observed_for(threshold, evidence, shares, check);
  check.limit = threshold.text.substr(threshold.text.find_first_of("<>"));
  if (check.n == 0)
    check.status = Status::inconclusive;
  else
    check.status = threshold.holds(check.observed) ? Status::pass : Status::fail;
  return check;
}

}  // namespace

std::string_view to_string(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::pass:
      return "pass";
    case Verdict::fail:
      return "fail";
    case Verdict::inconclusive:
      return "inconclusive";
    case Verdict::invalid:
      return "invalid";
    case Verdict::interrupted:
      return "interrupted";
  }
  return "invalid";
}

std::string_view to_string(Check::Status status) noexcept {
  switch (status) {
    case Status::pass:
      return "pass";
    case Status::fail:
      return "fail";
    case Status::inconclusive:
      return "inconclusive";
    case Status::invalid:
      return "invalid";
  }
  return "invalid";
}

ExitCode exit_code_of(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::pass:
      return ExitCode::ok;
    case Verdict::fail:
      return ExitCode::failed;
    case Verdict::inconclusive:
      return ExitCode::inconclusive;
    case Verdict::invalid:
      return ExitCode::invalid;
    case Verdict::interrupted:
      return ExitCode::interrupted;
  }
  return ExitCode::invalid;
}

std::chrono::nanoseconds lag_limit(std::chrono::nanoseconds planned) noexcept {
  using std::chrono::nanoseconds;
  return std::clamp<nanoseconds>(planned / 20, std::chrono::milliseconds(100), std::chrono::seconds(1));
}

std::vector<Check> make_checks(const RunEvidence& evidence, const std::vector<Threshold>& thresholds) {
  const Shares shares(evidence);
  const auto& agreement = evidence.judge.agreement();
  std::vector<Check> checks;
  checks.push_back(reachable_check(evidence, shares));
  if (evidence.damaged_places > 0) checks.push_back(damage_check(evidence.damaged_places));
  if (evidence.paced) {
    checks.push_back(lag_check(evidence));
    checks.push_back(shed_check(evidence));
  }
  if (!replaced(thresholds, "mismatch_rate"))
    checks.push_back(
        counted("mismatch_rate", agreement.mismatch, shares.compared,
                fmt::format("{} of {} compared answers differ", agreement.mismatch, shares.compared)));
  if (!replaced(thresholds, "failed_rate") && !replaced(thresholds, "error_rate"))
    checks.push_back(counted("failed_rate", shares.failed, shares.attempted,
                             fmt::format("{} requests got no complete answer", shares.failed)));
  if (evidence.paced) checks.push_back(latency_check(evidence));
  if (!replaced(thresholds, "coverage")) checks.push_back(coverage_check(evidence, shares));
  for (const auto& threshold : thresholds) checks.push_back(threshold_check(threshold, evidence, shares));
  return checks;
}

Verdict verdict_of(const RunEvidence& evidence, const std::vector<Check>& checks) noexcept {
  const auto any = [&checks](Status status) {
    return std::ranges::any_of(checks, [status](const Check& check) { return check.status == status; });
  };
  if (evidence.interrupted) return Verdict::interrupted;
  if (any(Status::invalid)) return Verdict::invalid;
  if (any(Status::fail)) return Verdict::fail;
  if (any(Status::inconclusive)) return Verdict::inconclusive;
  return Verdict::pass;
}

}  // namespace understudy::replay
