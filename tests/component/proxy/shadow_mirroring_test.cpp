// What reaches a shadow and a capture, and what does not.
#include "tests/component/proxy/shadow_rig.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include <gtest/gtest.h>

namespace understudy::proxy {
namespace {

using test::ScriptedOrigin;

struct ShadowMirroring : testing::Test, ShadowRig {
  ScriptedOrigin origin{ScriptedOrigin::answers({ScriptedOrigin::ok("mirrored")})};
};

TEST_F(ShadowMirroring, ASafeRequestIsMirroredMarkedAndRecordedOnce) {
  add_shadow("staging", origin.port());
  start();
  push({.target = "/products?page=2"});
  ASSERT_TRUE(origin.wait_for_requests(1));
  ASSERT_TRUE(wait_for_mirrored(1));
  const auto stats = finish();
  EXPECT_EQ(origin.requests().at(0),
            "GET /products?page=2 HTTP/1.1\r\nHost: shop.example\r\nX-Shadow: v1;id=1;hop=1\r\n\r\n");
  EXPECT_EQ(count_of(stats.shadows[0], ShadowOutcome::answered), 1u);
  EXPECT_EQ(stats.shadows[0].responses_by_class[1], 1u);
  const auto records = recorded();
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].target, "/products?page=2");
  EXPECT_EQ(records[0].response_body, R"({"ok":true})");
  EXPECT_EQ(records[0].outcomes, std::vector{capture::MirrorOutcome::sent});
  EXPECT_EQ(records[0].mirrors[0].first, "staging");
  EXPECT_EQ(records[0].scrub_state, capture::ScrubState::clean);
}

TEST_F(ShadowMirroring, AnUnsafeRequestIsRecordedButNotMirrored) {
  add_shadow("staging", origin.port());
  start();
  push({.method = "POST", .target = "/orders", .body = "a=1"});
  push({.method = "DELETE", .target = "/orders/1"});
  push({.fields = {{"Host", "shop.example"}, {"X-Shadow", "v1;id=9;hop=1"}}});
  ASSERT_TRUE(wait_for_events(3));
  const auto stats = finish();
  EXPECT_EQ(count_of(stats.shadows[0].not_mirrored, Reason::write_blocked), 3u);
  EXPECT_EQ(origin.connections(), 0u);
  const auto records = recorded();
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0].outcomes.at(0), capture::MirrorOutcome::write_blocked);
  EXPECT_EQ(records[0].mirrors.at(0).second, "write_blocked");
}

TEST_F(ShadowMirroring, ARuleLetsAWriteThroughWithItsBody) {
  options.guard.rules.push_back({guard::Rule::Action::allow, {"POST"}, {"/quote"}, "quotes"});
  add_shadow("staging", origin.port());
  start();
  push({.method = "POST",
        .target = "/quote",
        .fields = {{"Host", "shop.example"}, {"Content-Type", "application/json"}, {"Content-Length", "7"}},
        .body = R"({"n":1})"});
  ASSERT_TRUE(wait_for_mirrored(1));
  finish();
  EXPECT_NE(origin.requests().at(0).find("\r\nContent-Length: 7\r\n"), std::string::npos);
  EXPECT_NE(origin.requests().at(0).find("\r\n\r\n{\"n\":1}"), std::string::npos);
}

TEST_F(ShadowMirroring, PlantedSecretsReachNeitherShadowNorCapture) {
  const std::vector<std::string> secrets{"ada.lovelace@gmail.com", "ada.lovelace%40gmail.com",
                                         "4111111111111111",       "s3cr3t-bearer-token",
                                         "session-cookie-value",   "5500005555555559"};
  allow_everything();
  add_shadow("staging", origin.port());
  start();
  const std::string json =
      R"({"email":"ada.lovelace@gmail.com","card":"4111111111111111","note":["5500005555555559"]})";
  for (const auto* method : {"GET", "POST"}) {
    const bool post = std::string_view(method) == "POST";
    push({.method = method,
          .target = "/users?email=ada.lovelace%40gmail.com&card=4111111111111111",
          .fields = {{"Host", "shop.example"},
                     {"Authorization", "Bearer s3cr3t-bearer-token"},
                     {"Cookie", "sid=session-cookie-value"},
                     {"Content-Type", post ? "application/json" : "text/plain"}},
          .body = post ? json : "",
          .response_body = json,
          .response_fields = {{"Content-Type", "application/json"},
                              {"Set-Cookie", "sid=session-cookie-value; Path=/"}}});
  }
  ASSERT_TRUE(wait_for_mirrored(2));
  const auto stats = finish();
  EXPECT_EQ(stats.capture.recorded, 2u);
  std::string seen;
  for (const auto& request : origin.requests()) seen += request;
  for (const auto& record : recorded()) {
    seen += record.all_text;
    EXPECT_EQ(record.scrub_state, capture::ScrubState::redacted);
    EXPECT_GE(record.redactions, 4u);
    EXPECT_NE(record.session_key, 0u) << "taken before scrubbing";
  }
  for (const auto& file : std::filesystem::directory_iterator(directory / "capture"))
    seen += test::read_file(file.path());
  EXPECT_GT(seen.size(), 1000u);
  for (const auto& secret : secrets) EXPECT_EQ(seen.find(secret), std::string::npos) << secret;
  std::uint64_t redactions = 0;
  for (const auto& each : stats.redactions) redactions += each.redactions;
  EXPECT_GE(redactions, 8u);
}

TEST_F(ShadowMirroring, WhatCannotBeScrubbedIsNotMirroredAndItsBodyNotRecorded) {
  allow_everything();
  add_shadow("staging", origin.port());
  start();
  push({.method = "POST",
        .target = "/broken",
        .fields = {{"Host", "shop.example"}, {"Content-Type", "application/json"}},
        .body = R"({"email": "ada.lovelace@gmail.com)"});
  push({.method = "POST",
        .target = "/charset",
        .fields = {{"Host", "shop.example"}, {"Content-Type", "application/json; charset=utf-16"}},
        .body = "whatever bytes"});
  ASSERT_TRUE(wait_for_events(2));
  const auto stats = finish();
  EXPECT_EQ(count_of(stats.shadows[0].not_mirrored, Reason::scrub_failed), 1u);
  EXPECT_EQ(count_of(stats.shadows[0].not_mirrored, Reason::encoding_unsupported), 1u);
  EXPECT_EQ(origin.connections(), 0u);
  EXPECT_EQ(stats.bodies_failed, 2u);
  for (const auto& record : recorded()) {
    EXPECT_EQ(record.request_body, "");
    EXPECT_EQ(record.request_truncation, capture::Truncation::policy);
    EXPECT_GT(record.request_body_length, 10u) << "the true length stays";
    EXPECT_EQ(record.scrub_state, capture::ScrubState::failed_body_removed);
  }
}

TEST_F(ShadowMirroring, ABodyOverTheCapIsRecordedAsLengthAndHash) {
  allow_everything();
  add_shadow("staging", origin.port());
  start();
  push({.method = "PUT", .target = "/file", .adjust = [](ExchangeEvent& event) {
          event.request_body = {"", 5'000'000, 0xabcdef, true, true};
          event.response_body = {"", 7'000'000, 0x123456, true, true};
        }});
  push({.target = "/download",
        .adjust = [](ExchangeEvent& event) { event.response_body = {"", 7'000'000, 0x123456, true, true}; }});
  ASSERT_TRUE(wait_for_mirrored(1));
  const auto stats = finish();
  EXPECT_EQ(count_of(stats.shadows[0].not_mirrored, Reason::body_too_large), 1u);
  EXPECT_EQ(origin.requests().size(), 1u) << "a large response is no reason not to mirror the request";
  const auto records = recorded();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].request_body_length, 5'000'000u);
  EXPECT_EQ(records[0].request_body_hash, 0xabcdefu);
  EXPECT_EQ(records[0].request_truncation, capture::Truncation::length);
  EXPECT_EQ(records[1].response_body_length, 7'000'000u);
}

TEST_F(ShadowMirroring, WhatTheDataPlaneDecidedIsKept) {
  add_shadow("staging", origin.port());
  start();
  const auto with = [this](Reason reason, Fate fate) {
    push({.adjust = [=](ExchangeEvent& event) {
      event.reason = reason;
      event.fate = fate;
    }});
  };
  with(Reason::client_abort, Fate::client_abort);
  with(Reason::primary_failed, Fate::reset);
  with(Reason::tunnel, Fate::ok);
  with(Reason::none, Fate::upstream_timeout);
  push({.adjust = [](ExchangeEvent& event) {
    event.has_response = false;
    event.fate = Fate::reset;
  }});
  push({.method = "POST", .body = R"({"half": "a bod)", .adjust = [](ExchangeEvent& event) {
          event.request_body.complete = false;  // handed over while it was still coming
        }});
  push({.method = "POST", .body = R"({"half": "a bod)", .adjust = [](ExchangeEvent& event) {
          event.request_body.complete = false;
          event.fate = Fate::client_abort;
        }});
  ASSERT_TRUE(wait_for_events(7));
  const auto stats = finish();
  EXPECT_EQ(count_of(stats.shadows[0].not_mirrored, Reason::client_abort), 3u);
  EXPECT_EQ(count_of(stats.capture.not_recorded, Reason::client_abort), 1u)
      << "the primary got no whole request either";
  EXPECT_EQ(count_of(stats.shadows[0].not_mirrored, Reason::primary_failed), 3u);
  EXPECT_EQ(count_of(stats.shadows[0].not_mirrored, Reason::tunnel), 1u);
  EXPECT_EQ(origin.connections(), 0u);
  const auto records = recorded();
  ASSERT_EQ(records.size(), 6u);
  EXPECT_FALSE(records[4].has_response);
  EXPECT_EQ(records[4].fate, capture::Fate::reset);
  EXPECT_EQ(records[5].request_truncation, capture::Truncation::time);
  EXPECT_EQ(records[5].request_body, "") << "half a value is not recognised, so half a body is not recorded";
  EXPECT_EQ(records[5].request_body_length, 15u);
}

TEST_F(ShadowMirroring, ExchangesOfOneConnectionAreMirroredInTheirOrder) {
  options.in_flight_max = 10'000;
  add_shadow("staging", origin.port());
  start();
  constexpr int kConnections = 8;
  constexpr int kEach = 50;
  for (int i = 0; i < kEach; ++i)
    for (std::uint64_t connection = 1; connection <= kConnections; ++connection)
      push({.target = "/c" + std::to_string(connection) + "/" + std::to_string(i),
            .connection_id = connection});
  ASSERT_TRUE(wait_for_mirrored(kConnections * kEach));
  finish();
  std::vector<int> next(kConnections + 1, 0);
  for (const auto& request : origin.requests()) {
    int connection = 0;
    int number = 0;
    ASSERT_EQ(std::sscanf(request.c_str(), "GET /c%d/%d ", &connection, &number), 2);
    EXPECT_EQ(number, next.at(static_cast<std::size_t>(connection))++) << "connection " << connection;
  }
}

TEST_F(ShadowMirroring, TheNextExchangeOfAConnectionWaitsForTheAnswerOthersDoNot) {
  std::mutex mutex;
  std::condition_variable changed;
  bool released = false;
  ScriptedOrigin slow([&](test::OriginConnection& connection) {
    while (true) {
      const auto request = connection.read_request();
      if (request.empty()) return;
      if (request.find("/slow") != std::string::npos) {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return released; });
      }
      connection.send(ScriptedOrigin::ok("x"));
    }
  });
  add_shadow("staging", slow.port());
  start();
  push({.target = "/slow", .connection_id = 1});
  push({.target = "/after-slow", .connection_id = 1});
  push({.target = "/other", .connection_id = 2});
  ASSERT_TRUE(wait_for_mirrored(1));
  auto requests = slow.requests();
  EXPECT_TRUE(std::none_of(requests.begin(), requests.end(), [](const std::string& request) {
    return request.find("/after-slow") != std::string::npos;
  }));
  EXPECT_EQ(plane->stats().shadows[0].in_flight, 2u);
  {
    const std::lock_guard lock(mutex);
    released = true;
    changed.notify_all();
  }
  ASSERT_TRUE(wait_for_mirrored(3));
  finish();
}

TEST_F(ShadowMirroring, ConnectionsToTheShadowAreReused) {
  add_shadow("staging", origin.port());
  start();
  for (std::uint64_t i = 1; i <= 20; ++i) {
    push({.connection_id = i});
    ASSERT_TRUE(wait_for_mirrored(i));
  }
  finish();
  EXPECT_EQ(origin.connections(), 1u);
}

TEST_F(ShadowMirroring, ResponseBodiesAboveTheKeptSizeArriveWholeInTheCapture) {
  add_shadow("staging", origin.port());
  start();
  std::string large = "{\"rows\":[0";
  for (int i = 0; i < 50'000; ++i) large += ",1234";
  large += "]}";
  for (int i = 0; i < 5; ++i) push({.response_body = large});
  ASSERT_TRUE(wait_for_mirrored(5));
  finish();
  const auto records = recorded();
  ASSERT_EQ(records.size(), 5u);
  for (const auto& record : records) EXPECT_EQ(content_hash(record.response_body), content_hash(large));
}

TEST_F(ShadowMirroring, TheTraceContextIsRecorded) {
  add_shadow("staging", origin.port());
  start();
  push({.fields = {{"Host", "a.example"},
                   {"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}}});
  ASSERT_TRUE(wait_for_mirrored(1));
  finish();
  EXPECT_EQ(recorded().at(0).trace_id, "\x0a\xf7\x65\x19\x16\xcd\x43\xdd\x84\x48\xeb\x21\x1c\x80\x31\x9c");
}

}  // namespace
}  // namespace understudy::proxy
