#include "replay/report/report_files.hpp"
#include "replay/run.hpp"
#include "tests/component/replay/candidate.hpp"
#include "tests/support/raw_client.hpp"
#include "tests/support/scripted_origin.hpp"
#include "tests/unit/replay/capture_file.hpp"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <set>
#include <thread>

#include <gtest/gtest.h>

namespace understudy::replay {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

class Replaying : public testing::Test {
 protected:
  Options options_for(const std::string& url, bool unscrubbed = false) {
    Options options;
    options.captures = {file.write(scratch / "capture", unscrubbed)};
    options.target = *net::parse_origin_url(url);
    options.pace = SpeedPace{10};
    options.timeout = 5s;
    return options;
  }

  FinishedRun run(const Options& options) {
    auto finished = run_replay(options);
    if (!finished) throw std::runtime_error(finished.error().message);
    EXPECT_TRUE(finished->result.accounting.adds_up());
    EXPECT_EQ(finished->judge->agreement().all(), finished->result.accounting.sent);
    return std::move(*finished);
  }

  static std::string places(const FinishedRun& finished) {
    std::string out;
    for (const auto& finding : finished.result.differences)
      out += std::string(diff::to_string(finding.kind)) + ' ' + finding.endpoint + ' ' + finding.path + '\n';
    return out;
  }

  CaptureFile file;
  ScratchDirectory scratch;
};

CandidateAnswer echo_path(const http::Request& request) {
  return answer(200, "{\"path\":\"" + request.head.target + "\"}");
}

TEST_F(Replaying, AnEqualCandidatePasses) {
  for (std::uint64_t i = 0; i < 200; ++i) {
    const auto target = "/items/" + std::to_string(i % 10);
    file.add(i, "GET", target, "{\"path\":\"" + target + "\"}").connection_id = 1 + i % 20;
  }
  const Candidate candidate(echo_path);
  const auto finished = run(options_for(candidate.url()));
  EXPECT_EQ(finished.result.verdict, Verdict::pass) << places(finished);
  EXPECT_EQ(finished.result.accounting.sent, 200U);
  EXPECT_EQ(finished.judge->agreement().match, 200U);
  EXPECT_EQ(finished.judge->latencies().service.count(), 200U);
}

TEST_F(Replaying, PlantedRegressionsAreNamedAndNothingElse) {
  for (std::uint64_t i = 0; i < 120; ++i) {
    auto& exchange = file.add(i * 5, "GET",
                              i % 3 == 0   ? "/price"
                              : i % 3 == 1 ? "/rare"
                                           : "/slow",
                              R"({"items":[{"id":1,"price":10.5,"stock":3},{"id":2,"price":7,"stock":1}]})");
    exchange.connection_id = 1 + i % 10;
  }
  const Candidate candidate([](const http::Request& request) {
    constexpr std::string_view kSame =
        R"({"items":[{"id":1,"price":10.5,"stock":3},{"id":2,"price":7,"stock":1}]})";
    if (request.head.target == "/rare") return answer(500, R"({"error":"oops"})");
    auto out = answer(200, request.head.target == "/price"
                               ? R"({"items":[{"id":1,"price":10,"stock":3},{"id":2,"price":7}]})"
                               : kSame);
    if (request.head.target == "/slow") out.pause = 150ms;
    return out;
  });
  auto options = options_for(candidate.url());
  options.pace = SpeedPace{1};
  const auto finished = run(options);
  EXPECT_EQ(places(finished),
            "value_changed GET /price /items/*/price\n"
            "missing GET /price /items/*/stock\n"
            "status_changed GET /rare status\n");
  ASSERT_EQ(finished.result.slowdowns.size(), 1U);
  EXPECT_EQ(finished.result.slowdowns[0].endpoint, "GET /slow");
  EXPECT_EQ(finished.result.verdict, Verdict::fail);
  EXPECT_EQ(finished.result.differences[0].examples.front().recorded, "10.5");
  EXPECT_EQ(finished.result.differences[0].examples.front().replayed, "10");
}

TEST_F(Replaying, ExchangesOfASessionKeepTheirOrderAndNeverOverlap) {
  for (std::uint64_t i = 0; i < 300; ++i)
    file.add(i, "GET", "/" + std::to_string(i % 3) + "/" + std::to_string(i / 3), "{}").connection_id =
        1 + i % 3;
  const Candidate candidate([](const http::Request&) {
    auto out = answer(200, "{}");
    out.pause = 1ms;
    return out;
  });
  auto options = options_for(candidate.url());
  options.pace = MaxPace{};
  const auto finished = run(options);
  EXPECT_EQ(finished.result.accounting.sent, 300U);
  EXPECT_LE(candidate.most_at_once(), 3U) << "three sessions, one request each";
  std::map<char, int> next;
  for (const auto& request : candidate.requests()) {
    const auto& target = request.head.target;
    EXPECT_EQ(std::stoi(target.substr(3)), next[target[1]]++) << target;
  }
}

TEST_F(Replaying, ConnectionsBoundTheRequestsInFlight) {
  for (std::uint64_t i = 0; i < 200; ++i) file.add(i, "GET", "/", "{}").connection_id = 1 + i;
  const Candidate candidate([](const http::Request&) {
    auto out = answer(200, "{}");
    out.pause = 5ms;
    return out;
  });
  auto options = options_for(candidate.url());
  options.pace = MaxPace{};
  options.connections = 4;
  EXPECT_EQ(run(options).result.accounting.sent, 200U);
  EXPECT_LE(candidate.most_at_once(), 4U);
}

TEST_F(Replaying, RequestsCarryTheMarkerAndTheRecordedHost) {
  file.add(0, "GET", "/a", "{}");
  const Candidate candidate([](const http::Request&) { return answer(200, "{}"); });
  run(options_for(candidate.url()));
  const auto requests = candidate.requests();
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].head.fields.find("X-Shadow"), "v1;id=1;hop=1");
  EXPECT_EQ(requests[0].head.fields.find("Host"), "shop.test");
}

TEST_F(Replaying, WritesStayAwayWithoutARule) {
  file.add(0, "GET", "/a", "{}");
  file.add(1, "POST", "/orders", "{}", "{}");
  file.add(2, "DELETE", "/orders/1", "{}");
  const Candidate candidate([](const http::Request&) { return answer(200, "{}"); });
  const auto finished = run(options_for(candidate.url()));
  EXPECT_EQ(total(finished.result.accounting.blocked), 2U);
  EXPECT_EQ(candidate.requests().size(), 1U);
}

TEST_F(Replaying, ADeadTargetIsInvalidNotAFailure) {
  for (std::uint64_t i = 0; i < 500; ++i) file.add(0, "GET", "/", "{}").connection_id = 1 + i;
  auto options = options_for("http://127.0.0.1:" + std::to_string(test::unused_port()));
  options.connections = 8;
  const auto finished = run(options);
  EXPECT_EQ(finished.result.verdict, Verdict::invalid);
  EXPECT_GT(finished.result.accounting.filtered.at("target_unreachable"), 0U) << "it gives up early";
  EXPECT_EQ(finished.result.accounting.sent, 0U);
}

TEST_F(Replaying, AnAnswerThatIsCutIsAFailedRequest) {
  for (std::uint64_t i = 0; i < 10; ++i)
    file.add(i, "GET", i < 9 ? "/ok" : "/cut", "{}").connection_id = i + 1;
  test::ScriptedOrigin origin([](test::OriginConnection& connection) {
    while (true) {
      const auto request = connection.read_request();
      if (request.empty()) return;
      if (request.starts_with("GET /cut")) {
        connection.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{");
        return;
      }
      connection.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
    }
  });
  const auto finished = run(options_for(origin.url()));
  EXPECT_EQ(finished.result.accounting.failed, (ReasonCounts{{"connection_lost", 1}}));
  EXPECT_EQ(finished.result.accounting.sent, 9U);
  EXPECT_EQ(finished.result.verdict, Verdict::fail);
}

TEST_F(Replaying, AHungTargetTimesOut) {
  file.add(0, "GET", "/", "{}");
  test::ScriptedOrigin origin(test::ScriptedOrigin::hangs());
  auto options = options_for(origin.url());
  options.timeout = 200ms;
  const auto finished = run(options);
  EXPECT_EQ(finished.result.accounting.failed, (ReasonCounts{{"response_timeout", 1}}));
  EXPECT_EQ(finished.result.verdict, Verdict::invalid);
}

TEST_F(Replaying, WhatIsTooLateIsShedAndCounted) {
  for (std::uint64_t i = 0; i < 20; ++i) file.add(i, "GET", "/", "{}");
  const Candidate candidate([](const http::Request&) {
    auto out = answer(200, "{}");
    out.pause = 60ms;
    return out;
  });
  auto options = options_for(candidate.url());
  options.late_max = 100ms;
  const auto finished = run(options);
  EXPECT_GT(finished.result.accounting.shed, 0U);
  EXPECT_EQ(finished.result.accounting.sent + finished.result.accounting.shed, 20U);
  EXPECT_EQ(finished.result.verdict, Verdict::invalid) << "most of the load was not applied";
}

TEST_F(Replaying, TheScheduleIsKept) {
  for (std::uint64_t i = 0; i < 100; ++i) file.add(i * 40, "GET", "/", "{}").connection_id = 1 + i;
  const Candidate candidate([](const http::Request&) { return answer(200, "{}"); });
  const auto finished = run(options_for(candidate.url()));
  EXPECT_EQ(finished.result.pacing.planned, 396ms);
  EXPECT_GE(finished.result.pacing.actual, 396ms);
}

TEST_F(Replaying, NoiseOfTheRecordingIsListedNotHeldAgainstTheCandidate) {
  for (std::uint64_t i = 0; i < 10; ++i)
    file.add(i, "GET", "/visits", "{\"count\":" + std::to_string(i) + ",\"name\":\"shop\"}").connection_id =
        1 + i;
  const Candidate candidate(
      [](const http::Request&) { return answer(200, R"({"count":777,"name":"shop"})"); });
  const auto finished = run(options_for(candidate.url()));
  EXPECT_EQ(finished.result.verdict, Verdict::pass) << places(finished);
  EXPECT_EQ(finished.judge->agreement().noise, 10U);
  ASSERT_EQ(finished.result.noise.size(), 1U);
  EXPECT_EQ(finished.result.noise[0].path, "/count");
}

TEST_F(Replaying, UnscrubbedCapturesNeedLeave) {
  file.add(0, "GET", "/", "{}");
  const Candidate candidate([](const http::Request&) { return answer(200, "{}"); });
  auto options = options_for(candidate.url(), true);
  EXPECT_FALSE(run_replay(options));
  options.allow_unscrubbed = true;
  EXPECT_EQ(run(options).result.verdict, Verdict::pass);
}

TEST_F(Replaying, AnInterruptEndsTheRunWithAReport) {
  for (std::uint64_t i = 0; i < 100; ++i) file.add(i * 1'000, "GET", "/", "{}").connection_id = 1 + i;
  const Candidate candidate([](const http::Request& request) {
    // Not before a request was answered: the run is then surely under way.
    if (request.head.target == "/") std::raise(SIGINT);
    return answer(200, "{}");
  });
  auto options = options_for(candidate.url());
  options.pace = SpeedPace{1};
  options.handle_signals = true;
  const auto finished = run(options);
  EXPECT_EQ(finished.result.verdict, Verdict::interrupted);
  EXPECT_EQ(finished.result.accounting.in_capture, 100U);
  EXPECT_GT(finished.result.accounting.filtered.at("interrupted"), 90U);
}

TEST_F(Replaying, ReportsAreWrittenWhole) {
  file.add(0, "GET", "/", "{}");
  const Candidate candidate([](const http::Request&) { return answer(200, "{}"); });
  const auto finished = run(options_for(candidate.url()));
  ASSERT_TRUE(prepare_report_directory(scratch / "report"));
  ASSERT_TRUE(write_reports(finished.result, scratch / "report"));
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(scratch / "report"))
    names.insert(entry.path().filename());
  EXPECT_EQ(names, (std::set<std::string>{"report.json", "report.md", "junit.xml"}));
  std::ofstream(scratch / "file") << "x";
  EXPECT_FALSE(prepare_report_directory(scratch / "file"));
}

TEST_F(Replaying, AReportThatCannotBeWrittenLeavesNoHalfOfOne) {
  file.add(0, "GET", "/", "{}");
  const Candidate candidate([](const http::Request&) { return answer(200, "{}"); });
  const auto finished = run(options_for(candidate.url()));
  std::filesystem::create_directories(scratch / "report" / "report.json");
  EXPECT_FALSE(write_reports(finished.result, scratch / "report"));
  EXPECT_FALSE(std::filesystem::exists(scratch / "report" / "report.json.partial"));
}

TEST_F(Replaying, ADamagedCaptureFailsThoughEveryAnswerMatches) {
  file.add(0, "GET", "/", "{}");
  const Candidate candidate([](const http::Request&) { return answer(200, "{}"); });
  const auto options = options_for(candidate.url());
  std::ofstream(options.captures.front(), std::ios::app) << "no frame of a capture";
  const auto finished = run(options);
  EXPECT_EQ(finished.judge->agreement().match, 1U);
  EXPECT_EQ(finished.result.verdict, Verdict::fail);
  EXPECT_TRUE(std::ranges::any_of(finished.result.checks,
                                  [](const Check& check) { return check.name == "capture_intact"; }));
}

TEST_F(Replaying, ACandidateThatClosesEveryConnectionIsStillReplayed) {
  for (std::uint64_t i = 0; i < 50; ++i) file.add(i, "GET", "/", "{}");
  const Candidate candidate([](const http::Request&) {
    auto out = answer(200, "{}");
    out.response.head.fields.add("Connection", "close");
    return out;
  });
  EXPECT_EQ(run(options_for(candidate.url())).result.accounting.sent, 50U);
}

}  // namespace
}  // namespace understudy::replay
