#include "replay/judge/judge.hpp"

#include "replay/judge/binomial.hpp"
#include "replay/judge/verdict.hpp"
#include "replay/report/json_report.hpp"
#include "replay/report/junit_report.hpp"
#include "replay/report/markdown_report.hpp"
#include "replay/report/terminal_summary.hpp"

#include <random>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace understudy::replay {
namespace {

using std::chrono_literals::operator""min;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""us;
using std::chrono_literals::operator""ns;

TEST(Histogram, QuantilesAreWithinThePromisedError) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> values(std::log(20'000), 1.2);
  for (const auto& [digits, error] : {std::pair{3U, 0.001}, {2U, 0.01}, {1U, 0.1}}) {
    Histogram histogram(digits);
    std::vector<std::int64_t> exact;
    for (int i = 0; i < 20'000; ++i) {
      exact.push_back(std::clamp<std::int64_t>(static_cast<std::int64_t>(values(random)), 1, 60'000'000));
      histogram.record(std::chrono::microseconds(exact.back()));
    }
    std::ranges::sort(exact);
    for (const double q : {0.0, 0.01, 0.5, 0.9, 0.99, 0.999, 1.0}) {
      const auto rank = std::max(1.0, std::ceil(q * static_cast<double>(exact.size())));
      const auto truth = static_cast<double>(exact[static_cast<std::size_t>(rank) - 1]);
      EXPECT_NEAR(static_cast<double>(histogram.quantile(q).count()) / 1e3, truth, truth * error + 1)
          << digits << ' ' << q;
    }
  }
}

TEST(Histogram, BoundsAreKept) {
  Histogram histogram;
  EXPECT_EQ(histogram.quantile(0.5), 0ns);
  histogram.record(-5ms);
  histogram.record(10min);
  EXPECT_EQ(histogram.quantile(0), 1us);
  EXPECT_EQ(histogram.max(), 60s);
  EXPECT_EQ(histogram.quantile(1), 60s);
}

TEST(Histogram, MergesAndCountsAbove) {
  Histogram a(2);
  Histogram b(2);
  for (int i = 1; i <= 100; ++i) (i % 2 ? a : b).record(std::chrono::milliseconds(i));
  a.merge(b);
  EXPECT_EQ(a.count(), 100U);
  EXPECT_NEAR(static_cast<double>(a.count_above(50ms)), 50, 1);
  EXPECT_EQ(a.count_above(100ms), 0U);
}

TEST(SignTest, AgreesWithKnownBinomials) {
  EXPECT_DOUBLE_EQ(sign_test(0, 0), 1);
  EXPECT_DOUBLE_EQ(sign_test(0, 9), 1);
  EXPECT_DOUBLE_EQ(sign_test(1, 0), 0.5);
  EXPECT_DOUBLE_EQ(sign_test(10, 0), 1.0 / 1024);
  EXPECT_NEAR(sign_test(8, 2), 56.0 / 1024, 1e-12);
  EXPECT_NEAR(sign_test(15, 5), 0.020694732666015625, 1e-12);
}

TEST(ShareInterval, IsClopperPearson) {
  EXPECT_NEAR(share_interval(0, 100).high, 0.036216, 1e-5);
  EXPECT_EQ(share_interval(0, 100).low, 0);
  EXPECT_NEAR(share_interval(5, 100).low, 0.016431, 1e-5);
  EXPECT_NEAR(share_interval(5, 100).high, 0.112834, 1e-5);
  EXPECT_EQ(share_interval(3, 3).high, 1);
}

TEST(LatencyComparison, FindsTheEndpointThatBecameSlower) {
  LatencyComparison comparison;
  for (int i = 0; i < 30; ++i) {
    comparison.add("GET /slow", 5ms, 120ms);
    comparison.add("GET /same", 5ms, 6ms);
  }
  const auto found = comparison.slowdowns();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].endpoint, "GET /slow");
  EXPECT_EQ(found[0].slower, 30U);
  EXPECT_LT(found[0].p_value, 1e-8);
  EXPECT_EQ(comparison.endpoints_judged(), 2U);
}

TEST(LatencyComparison, DoesNotMindALoadThatSlowsEverything) {
  LatencyComparison comparison;
  for (int i = 0; i < 100; ++i)
    for (const auto* endpoint : {"GET /a", "GET /b", "GET /c"})
      comparison.add(endpoint, 5ms, std::chrono::milliseconds(20 + i));
  EXPECT_TRUE(comparison.slowdowns().empty());
}

TEST(LatencyComparison, NeedsEnoughPairs) {
  LatencyComparison comparison;
  for (int i = 0; i < 19; ++i) comparison.add("GET /slow", 5ms, 500ms);
  EXPECT_TRUE(comparison.slowdowns().empty());
}

TEST(LatencyComparison, AFewSlowAnswersAreNoSlowEndpoint) {
  LatencyComparison comparison;
  for (int i = 0; i < 100; ++i) comparison.add("GET /a", 5ms, i < 30 ? 500ms : 5ms);
  EXPECT_TRUE(comparison.slowdowns().empty());
}

TEST(LatencyComparison, AFastCandidateOfASlowRecordingIsFine) {
  LatencyComparison comparison;
  for (int i = 0; i < 100; ++i) comparison.add("GET /a", 100ms, 200us);
  EXPECT_TRUE(comparison.slowdowns().empty());
}

TEST(Threshold, ReadsSharesAndDurations) {
  const auto rate = parse_threshold("mismatch_rate<0.1%");
  ASSERT_TRUE(rate);
  EXPECT_DOUBLE_EQ(rate->limit, 0.001);
  EXPECT_TRUE(rate->holds(0.0009));
  EXPECT_FALSE(rate->holds(0.001));
  const auto latency = parse_threshold("p99 <= 300ms");
  ASSERT_TRUE(latency);
  EXPECT_DOUBLE_EQ(latency->limit, 0.3);
  EXPECT_TRUE(latency->holds(0.3));
  for (const auto* bad :
       {"", "p99", "p99<", "p99<300", "rate<1%", "error_rate<200", "p99=1s", "mismatch_rate<-1%"})
    EXPECT_FALSE(parse_threshold(bad)) << bad;
}

/// Answers made by hand, judged without a recording to learn from.
class Judging : public testing::Test {
 protected:
  AnsweredExchange answer(std::string endpoint, std::string recorded, std::string replayed) {
    AnsweredExchange out;
    out.expected.exchange_id = ++id_;
    out.expected.endpoint = std::move(endpoint);
    out.expected.request_line = out.expected.endpoint;
    out.expected.has_response = true;
    out.expected.response = json(std::move(recorded));
    out.expected.service_ns = 5'000'000;
    out.response = json(std::move(replayed));
    out.service = out.first_byte = out.from_intended = 4ms;
    return out;
  }
  static http::Response json(std::string body) {
    http::Response out;
    out.head.status = 200;
    out.head.fields.add("Content-Type", "application/json");
    out.body = std::move(body);
    return out;
  }
  void matches(std::string endpoint, int count) {
    for (int i = 0; i < count; ++i) judge.judge(answer(endpoint, "{}", "{}"));
  }

  Verdict verdict(const std::vector<Threshold>& thresholds = {}) {
    accounting.in_capture = judge.answered() + total(judge.failures());
    accounting.sent = judge.answered();
    accounting.failed = judge.failures();
    slowdowns = judge.latency_comparison().slowdowns();
    const RunEvidence evidence{.accounting = accounting,
                               .judge = judge,
                               .slowdowns = slowdowns,
                               .lateness = lateness,
                               .dispatch_lag = dispatch_lag,
                               .planned = 10s};
    checks = make_checks(evidence, thresholds);
    return verdict_of(evidence, checks);
  }

  RunResult result() {
    RunResult out;
    out.verdict = verdict();
    out.target = "http://candidate";
    out.accounting = accounting;
    out.pacing.mode = "1x";
    out.judge = &judge;
    out.slowdowns = slowdowns;
    out.differences = group_header_drift(judge.differences().sorted(), judge.endpoints().size());
    out.noise = judge.noise().sorted();
    out.checks = checks;
    return out;
  }

  diff::NoiseModel noise;
  Judge judge{noise, true};
  Accounting accounting;
  std::vector<Slowdown> slowdowns;
  Histogram lateness;
  Histogram dispatch_lag;
  std::vector<Check> checks;

 private:
  std::uint64_t id_ = 0;
};

TEST_F(Judging, EveryAnswerHasOneAgreement) {
  judge.judge(answer("GET /a", R"({"x":1})", R"({"x":1})"));
  judge.judge(answer("GET /a", R"({"x":1})", R"({"x":2})"));
  auto unrecorded = answer("GET /a", "", "{}");
  unrecorded.expected.has_response = false;
  judge.judge(unrecorded);
  auto cut = answer("GET /a", "{}", "{}");
  cut.expected.response_whole = false;
  judge.judge(cut);
  auto failed = answer("GET /a", "{}", "");
  failed.error = net::ClientErrc::response_timeout;
  judge.judge(failed);
  EXPECT_EQ(judge.agreement().match, 1U);
  EXPECT_EQ(judge.agreement().mismatch, 1U);
  EXPECT_EQ(judge.agreement().not_compared,
            (ReasonCounts{{"body_not_recorded", 1}, {"no_recorded_response", 1}}));
  EXPECT_EQ(judge.agreement().all(), judge.answered());
  EXPECT_EQ(judge.failures(), (ReasonCounts{{"response_timeout", 1}}));
}

TEST_F(Judging, EqualAnswersPass) {
  matches("GET /a", 50);
  EXPECT_EQ(verdict(), Verdict::pass);
}

TEST_F(Judging, OneMismatchFails) {
  matches("GET /a", 50);
  judge.judge(answer("GET /a", R"({"x":1})", R"({"x":2})"));
  EXPECT_EQ(verdict(), Verdict::fail);
  EXPECT_EQ(verdict({*parse_threshold("mismatch_rate<5%")}), Verdict::pass)
      << "the user's limit replaces ours";
  EXPECT_EQ(verdict({*parse_threshold("mismatch_rate<1%")}), Verdict::fail);
}

TEST_F(Judging, NothingComparedIsInconclusive) {
  EXPECT_EQ(verdict(), Verdict::inconclusive);
  for (int i = 0; i < 10; ++i) {
    auto unrecorded = answer("GET /a", "", "{}");
    unrecorded.expected.has_response = false;
    judge.judge(unrecorded);
  }
  EXPECT_EQ(verdict(), Verdict::inconclusive);
}

TEST_F(Judging, ATargetThatMostlyDoesNotAnswerIsInvalid) {
  matches("GET /a", 2);
  for (int i = 0; i < 5; ++i) {
    auto failed = answer("GET /a", "{}", "");
    failed.error = net::ClientErrc::connect_failed;
    judge.judge(failed);
  }
  EXPECT_EQ(verdict(), Verdict::invalid);
}

TEST_F(Judging, AGeneratorThatLagsIsInvalid) {
  matches("GET /a", 50);
  for (int i = 0; i < 100; ++i) dispatch_lag.record(2s);
  EXPECT_EQ(verdict(), Verdict::invalid);
}

TEST_F(Judging, HeaderDriftIsOneFindingAndLeavesEndpointsClean) {
  for (const auto* endpoint : {"GET /a", "GET /b", "GET /c"}) {
    auto drifted = answer(endpoint, "{}", "{}");
    drifted.expected.response.head.fields.add("ETag", "\"1\"");
    judge.judge(drifted);
  }
  judge.judge(answer("GET /c", R"({"x":1})", R"({"x":"1"})"));
  const auto run = result();
  ASSERT_EQ(run.differences.size(), 2U);
  EXPECT_EQ(run.differences[0].endpoint, "*");
  EXPECT_EQ(run.differences[0].path, "header:ETag");
  EXPECT_EQ(run.differences[0].count, 3U);
  EXPECT_EQ(run.differences[1].endpoint, "GET /c");
  EXPECT_TRUE(judge.endpoints().at("GET /a").clean());
  EXPECT_FALSE(judge.endpoints().at("GET /c").clean());
  EXPECT_EQ(run.verdict, Verdict::fail);
}

TEST_F(Judging, FingerprintsOfFindingsAreStable) {
  judge.judge(answer("GET /a", R"({"x":1})", R"({"x":2})"));
  EXPECT_EQ(result().differences.at(0).fingerprint(), result().differences.at(0).fingerprint());
  EXPECT_EQ(result().differences.at(0).fingerprint().size(), 12U);
}

TEST_F(Judging, ExamplesAreOfDifferentRequests) {
  Findings findings;
  diff::Difference difference;
  for (const auto* request : {"GET /a?1", "GET /a?1", "GET /a?2", "GET /a?3", "GET /a?4"})
    findings.add("GET /a", difference, 1, request, nullptr);
  std::string requests;
  const auto sorted = findings.sorted();
  for (const auto& example : sorted.at(0).examples) requests += example.request + ' ';
  EXPECT_EQ(requests, "GET /a?1 GET /a?2 GET /a?3 ");
}

TEST_F(Judging, FindingsAreBoundedAndTheRestIsCounted) {
  Findings findings;
  diff::Difference difference;
  for (int i = 0; i < 1'000; ++i) {
    difference.path = "/" + std::to_string(i);
    findings.add("GET /a", difference, 1, "GET /a", nullptr);
  }
  const auto sorted = findings.sorted();
  EXPECT_EQ(sorted.size(), Findings::kPlacesPerEndpointMax + 1);
  EXPECT_EQ(sorted.front().endpoint, "__other__");
  EXPECT_EQ(sorted.front().count, 1'000 - Findings::kPlacesPerEndpointMax);
}

TEST_F(Judging, ReportJsonHasTheContractsKeys) {
  matches("GET /a", 3);
  judge.judge(answer("GET /b", R"({"x":"<&\"|`"})", R"({"x":2})"));
  const auto report = boost::json::parse(json_report(result())).as_object();
  for (const auto* key : {"schema_version", "verdict", "records", "pacing", "latency_seconds", "comparison",
                          "differences", "checks", "noise", "endpoints", "seed", "captures", "target"})
    EXPECT_TRUE(report.contains(key)) << key;
  const auto& records = report.at("records").as_object();
  for (const auto* key : {"in_capture", "selected", "sent", "blocked", "filtered", "shed", "failed"})
    EXPECT_TRUE(records.contains(key)) << key;
  const auto& candidate = report.at("latency_seconds").at("candidate");
  for (const auto* key : {"p50", "p90", "p95", "p99", "p999", "max"}) {
    EXPECT_TRUE(candidate.at("intended").as_object().contains(key)) << key;
    EXPECT_TRUE(candidate.at("service").as_object().contains(key)) << key;
  }
  const auto& difference = report.at("differences").at(0).as_object();
  for (const auto* key : {"fingerprint", "endpoint", "path", "kind", "count", "of", "example"})
    EXPECT_TRUE(difference.contains(key)) << key;
  for (const auto* key : {"name", "observed", "limit", "ci", "n", "status"})
    EXPECT_TRUE(report.at("checks").at(0).as_object().contains(key)) << key;
  EXPECT_EQ(report.at("verdict").as_string(), "fail");
}

TEST_F(Judging, ReportsForPeopleEscapeWhatTheyShow) {
  judge.judge(answer("GET /b", R"({"x":"<&\"|`"})", R"({"x":2})"));
  const auto run = result();
  const auto junit = junit_report(run);
  EXPECT_NE(junit.find("&lt;&amp;"), std::string::npos);
  EXPECT_EQ(junit.find("<&"), std::string::npos);
  EXPECT_NE(markdown_report(run).find("\\|"), std::string::npos);
  const auto text = terminal_summary(run, false);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_TRUE(text.ends_with("verdict: FAIL\n")) << text;
}

TEST_F(Judging, MarkdownFitsAComment) {
  for (int i = 0; i < 3'000; ++i) {
    const auto recorded = "{\"x" + std::to_string(i % 400) + "\":\"" + std::string(150, 'a') + "\"}";
    judge.judge(answer("GET /" + std::string(40, 'e') + std::to_string(i), recorded, "{}"));
  }
  EXPECT_LT(markdown_report(result()).size(), 64U * 1024);
}

TEST(Accounting, AddsUpOrSaysNot) {
  Accounting accounting;
  accounting.in_capture = 10;
  accounting.filtered["sampled_out"] = 2;
  accounting.blocked["unsafe_method"] = 1;
  accounting.failed["connection_lost"] = 1;
  accounting.shed = 1;
  accounting.sent = 5;
  EXPECT_TRUE(accounting.adds_up());
  accounting.sent = 4;
  EXPECT_FALSE(accounting.adds_up());
}

}  // namespace
}  // namespace understudy::replay
