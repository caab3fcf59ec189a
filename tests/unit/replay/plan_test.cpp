#include "core/base/units.hpp"
#include "replay/arguments.hpp"
#include "replay/pacer.hpp"
#include "replay/planner.hpp"
#include "replay/survey.hpp"
#include "tests/unit/replay/capture_file.hpp"

#include <gtest/gtest.h>

namespace understudy::replay {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ns;

Options options_for(const std::vector<std::filesystem::path>& captures) {
  Options options;
  options.captures = captures;
  options.target = *net::parse_origin_url("http://127.0.0.1:9");
  return options;
}

guard::Options everything_allowed() {
  guard::Options options;
  guard::Rule rule;
  rule.action = guard::Rule::Action::allow;
  rule.methods = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"};
  options.rules.push_back(rule);
  options.deny_side_effect_paths = false;
  return options;
}

std::vector<PlannedExchange> plan_all(Planner& planner, const Options& options) {
  auto stream = CaptureStream::open(options.captures);
  std::vector<PlannedExchange> out;
  while (auto exchange = stream->next())
    if (auto planned = planner.plan(std::move(*exchange))) out.push_back(std::move(*planned));
  return out;
}

TEST(Pacer, KeepsAnAbsoluteSchedule) {
  const Pacer twice(SpeedPace{2}, 1'000);
  EXPECT_EQ(twice.due(1'000, 0), 0ns);
  EXPECT_EQ(twice.due(3'000, 7), 1'000ns);
  EXPECT_EQ(twice.due(500, 0), 0ns) << "recorded before the first";
  const Pacer rate(RatePace{500}, 0);
  EXPECT_EQ(rate.due(123, 0), 0ns);
  EXPECT_EQ(rate.due(99, 1'000), 2s);
  EXPECT_FALSE(Pacer(MaxPace{}, 0).paced());
}

TEST(CaptureStream, PutsExchangesOfAllFilesInOrder) {
  const ScratchDirectory scratch;
  CaptureFile first;
  first.add(0, "GET", "/1", "{}");
  first.add(40, "GET", "/4", "{}");
  first.add(20, "GET", "/3", "{}");
  CaptureFile second;
  second.add(10, "GET", "/2", "{}");
  second.add(50, "GET", "/5", "{}");
  auto stream = CaptureStream::open({second.write(scratch / "b"), first.write(scratch / "a")});
  ASSERT_TRUE(stream);
  std::string order;
  while (auto exchange = stream->next()) order += exchange->request.head.target;
  EXPECT_EQ(order, "/1/2/3/4/5");
  EXPECT_EQ(stream->out_of_order(), 0U);
  EXPECT_EQ(stream->captures()[0].exchanges + stream->captures()[1].exchanges, 5U);
}

TEST(CaptureStream, WhatStandsFarTooLateComesInItsPlaceWhateverTheMemory) {
  const ScratchDirectory scratch;
  CaptureFile file;
  const std::string body(10'000, 'x');
  for (const std::uint64_t start : {10'000U, 20'000U, 0U})
    file.add(start, "GET", "/" + std::to_string(start), body);
  const auto path = file.write(scratch / "a");
  for (const std::size_t memory : {std::size_t{15'000}, CaptureStream::kMemoryBytes}) {
    auto stream = CaptureStream::open({path}, nullptr, memory);
    ASSERT_TRUE(stream);
    std::string order;
    while (auto exchange = stream->next()) order += exchange->request.head.target;
    EXPECT_EQ(order, "/0/10000/20000") << memory;
    EXPECT_EQ(stream->out_of_order(), 0U);
  }
}

TEST(CaptureStream, RefusesWhatIsNoCapture) {
  const ScratchDirectory scratch;
  EXPECT_FALSE(CaptureStream::open({scratch / "missing"}));
}

TEST(RecordedExchange, SessionsAreKeysThenConnectionsThenAlone) {
  CaptureFile file;
  auto& a = file.add(0, "GET", "/", "");
  auto& b = file.add(0, "GET", "/", "");
  EXPECT_EQ(to_recorded(a, 1).session, to_recorded(b, 1).session);
  EXPECT_NE(to_recorded(a, 1).session, to_recorded(b, 2).session) << "another recorder's connection 1";
  a.session_key = b.session_key = 7;
  EXPECT_EQ(to_recorded(a, 1).session, to_recorded(b, 2).session);
  a.session_key = b.session_key = 0;
  a.connection_id = b.connection_id = 0;
  EXPECT_NE(to_recorded(a, 1).session, to_recorded(b, 1).session);
}

TEST(Planner, SendsWhatTheGuardAdmitsWithMarkerAndHost) {
  const ScratchDirectory scratch;
  CaptureFile file;
  auto& exchange = file.add(0, "GET", "http://shop.test/a?b=1", "{}");
  exchange.request.headers.push_back({"Connection", "keep-alive, X-Hop"});
  exchange.request.headers.push_back({"X-Hop", "1"});
  auto options = options_for({file.write(scratch / "a")});
  options.headers.add("Accept", "application/json");
  Planner planner(options, CaptureFile::kStartNs);
  const auto planned = plan_all(planner, options);
  ASSERT_EQ(planned.size(), 1U);
  const auto wire = planned[0].request->wire();
  EXPECT_TRUE(wire.starts_with("GET /a?b=1 HTTP/1.1\r\nX-Shadow: v1;id=1;hop=1\r\n")) << wire;
  EXPECT_NE(wire.find("Host: shop.test\r\n"), wire.npos) << wire;
  EXPECT_NE(wire.find("Accept: application/json\r\n"), wire.npos) << wire;
  EXPECT_EQ(wire.find("*/*"), wire.npos) << wire;
  EXPECT_EQ(wire.find("X-Hop"), wire.npos) << wire;
  EXPECT_EQ(planned[0].expected.endpoint, "GET /a");
}

TEST(Planner, CountsEveryExchangeInOnePlace) {
  const ScratchDirectory scratch;
  CaptureFile file;
  file.add(0, "GET", "/ok", "{}");
  file.add(1, "POST", "/orders", "{}", "{}");
  file.add(2, "PUT", "/x", "{}").request.body_length = 99;
  file.add(3, "GET", "/local", "{}").fate = capture::Fate::local_reply;
  file.add(9'000, "GET", "/late", "{}");
  auto options = options_for({file.write(scratch / "a")});
  options.duration = 5s;
  Planner planner(options, CaptureFile::kStartNs);
  EXPECT_EQ(plan_all(planner, options).size(), 1U);
  EXPECT_EQ(planner.counts().in_capture, 5U);
  EXPECT_EQ(total(planner.counts().blocked), 1U);
  EXPECT_EQ(planner.counts().filtered,
            (ReasonCounts{{"beyond_duration", 1}, {"body_not_recorded", 1}, {"local_reply", 1}}));
}

TEST(Planner, AnAllowingGuardLetsWritesThrough) {
  const ScratchDirectory scratch;
  CaptureFile file;
  file.add(0, "POST", "/orders", "{}", R"({"a":1})");
  auto options = options_for({file.write(scratch / "a")});
  options.guard = everything_allowed();
  Planner planner(options, CaptureFile::kStartNs);
  const auto planned = plan_all(planner, options);
  ASSERT_EQ(planned.size(), 1U);
  EXPECT_TRUE(planned[0].request->wire().ends_with("Content-Length: 7\r\n\r\n{\"a\":1}"));
  EXPECT_FALSE(planned[0].request->idempotent());
  EXPECT_EQ(planned[0].request->method(), "POST");
}

TEST(Planner, SamplesWholeSessionsAndTheSameOnesForTheSameSeed) {
  const ScratchDirectory scratch;
  CaptureFile file;
  for (std::uint64_t i = 0; i < 2'000; ++i) file.add(i, "GET", "/", "{}").connection_id = 1 + i % 500;
  auto options = options_for({file.write(scratch / "a")});
  options.sample = 0.2;
  Planner planner(options, CaptureFile::kStartNs);
  Planner again(options, CaptureFile::kStartNs);
  std::map<std::uint64_t, int> sessions;
  for (const auto& planned : plan_all(planner, options)) ++sessions[planned.session];
  for (const auto& [session, count] : sessions) EXPECT_EQ(count, 4);
  EXPECT_NEAR(static_cast<double>(sessions.size()), 100, 40);
  EXPECT_EQ(plan_all(again, options).size(), sessions.size() * 4);
}

TEST(Survey, LearnsFromRepeatedRequestsUnderTheFingerprintsOfThePlan) {
  const ScratchDirectory scratch;
  CaptureFile file;
  file.add(0, "GET", "/now", R"({"n":1})");
  file.add(1, "GET", "/now", R"({"n":2})").connection_id = 2;
  file.add(2, "POST", "/x", "{}").connection_id = 2;
  file.add(3, "GET", "/now", R"({"n":3})").connection_id = 2;
  auto options = options_for({file.write(scratch / "a")});
  options.guard = everything_allowed();
  const auto survey = survey_captures(options.captures);
  ASSERT_TRUE(survey);
  EXPECT_EQ(survey->exchanges, 4U);
  EXPECT_EQ(survey->first_start_ns, CaptureFile::kStartNs);
  EXPECT_EQ(survey->noise.stats().repeated, 2U);
  Planner planner(options, survey->first_start_ns);
  const auto planned = plan_all(planner, options);
  EXPECT_EQ(planned[0].expected.fingerprint, planned[1].expected.fingerprint);
  EXPECT_NE(planned[0].expected.fingerprint, planned[3].expected.fingerprint)
      << "after its own write the session is in another state";
  EXPECT_EQ(planned[0].expected.question, planned[3].expected.question);
}

struct Refusal {
  const char* name;
  void (*change)(Arguments&);
};

class BadArguments : public testing::TestWithParam<Refusal> {};

TEST_P(BadArguments, AreRefusedInOneLine) {
  Arguments arguments;
  arguments.target = "http://127.0.0.1:9";
  arguments.captures = {"x"};
  ASSERT_TRUE(options_of(arguments));
  GetParam().change(arguments);
  const auto options = options_of(arguments);
  ASSERT_FALSE(options);
  EXPECT_EQ(options.error().message.find('\n'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadArguments,
    testing::Values(Refusal{"target", [](Arguments& a) { a.target = "shop"; }},
                    Refusal{"scheme", [](Arguments& a) { a.target = "ftp://shop"; }},
                    Refusal{"two_paces", [](Arguments& a) { a.max = true, a.speed = "2x"; }},
                    Refusal{"speed", [](Arguments& a) { a.speed = "fast"; }},
                    Refusal{"zero_speed", [](Arguments& a) { a.speed = "0x"; }},
                    Refusal{"rate", [](Arguments& a) { a.rate = "-1/s"; }},
                    Refusal{"duration", [](Arguments& a) { a.duration = "10"; }},
                    Refusal{"max_duration", [](Arguments& a) { a.max = true, a.duration = "10s"; }},
                    Refusal{"timeout", [](Arguments& a) { a.timeout = "0s"; }},
                    Refusal{"sample", [](Arguments& a) { a.sample = "0%"; }},
                    Refusal{"header", [](Arguments& a) { a.headers = {"no colon"}; }},
                    Refusal{"header_break", [](Arguments& a) { a.headers = {"A: b\r\nC: d"}; }},
                    Refusal{"marker", [](Arguments& a) { a.headers = {"x-shadow: v1"}; }},
                    Refusal{"host", [](Arguments& a) { a.host = "a b"; }},
                    Refusal{"guard", [](Arguments& a) { a.guard_file = "/nonexistent/guard.yaml"; }},
                    Refusal{"threshold", [](Arguments& a) { a.thresholds = {"p98<1s"}; }}),
    [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace understudy::replay
