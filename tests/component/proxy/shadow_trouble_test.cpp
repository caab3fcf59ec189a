// Shadows that hang, die, talk nonsense or turn out to be production; and the end of the plane.
#include "tests/component/proxy/shadow_rig.hpp"
#include "tests/support/raw_client.hpp"

#include <atomic>
#include <fstream>

#include <gtest/gtest.h>

namespace understudy::proxy {
namespace {

using test::ScriptedOrigin;

struct ShadowTrouble : testing::Test, ShadowRig {};

TEST_F(ShadowTrouble, AHungShadowCostsBoundedMemoryAndEveryExchangeIsAccountedFor) {
  ScriptedOrigin hung(ScriptedOrigin::hangs());
  options.in_flight_max = 32;
  options.connections_max = 8;
  add_shadow("staging", hung.port());
  start();
  for (std::uint64_t i = 1; i <= 3000; ++i) push({.connection_id = i});
  ASSERT_TRUE(wait_for_events(3000));
  const auto busy = plane->stats();
  EXPECT_EQ(busy.shadows[0].in_flight, 32u);
  EXPECT_LE(hung.connections(), 8u);
  const auto before = Monotonic::now();
  const auto stats = finish(50ms);
  EXPECT_LT(Monotonic::now() - before, 5s) << "the end does not wait for the response timeout of 10 s";
  EXPECT_EQ(count_of(stats.shadows[0].not_mirrored, Reason::in_flight_limit), 3000u - 32u);
  EXPECT_EQ(count_of(stats.shadows[0].not_mirrored, Reason::shutdown), 32u);
  EXPECT_EQ(stats.capture.recorded, 3000u) << "recording does not depend on the shadow";
  EXPECT_EQ(recorded().size(), 3000u);
}

TEST_F(ShadowTrouble, AHungShadowIsGivenUpByTheBreaker) {
  ScriptedOrigin hung(ScriptedOrigin::hangs());
  options.response_timeout = 100ms;
  options.breaker.open_first = 1h;
  options.breaker.open_max = 1h;
  add_shadow("staging", hung.port());
  start();
  for (std::uint64_t i = 1; i <= 100; ++i) push({.connection_id = i});
  ASSERT_TRUE(wait([](const ShadowStats& stats) { return stats.shadows[0].breaker_open; }));
  for (std::uint64_t i = 1; i <= 100; ++i) push({.connection_id = i});
  ASSERT_TRUE(
      wait([](const ShadowStats& stats) { return stats.events == 200 && stats.shadows[0].in_flight == 0; }));
  const auto stats = finish();
  EXPECT_GE(count_of(stats.shadows[0], ShadowOutcome::timeout), 5u);
  EXPECT_LE(count_of(stats.shadows[0], ShadowOutcome::timeout), 64u + 4u)
      << "one on each connection, and one more after each of the four failures that left it closed";
  EXPECT_GE(count_of(stats.shadows[0].not_mirrored, Reason::breaker_open), 100u);
  EXPECT_EQ(stats.shadows[0].mirrored() + count_of(stats.shadows[0].not_mirrored, Reason::breaker_open),
            200u);
}

TEST_F(ShadowTrouble, RequestsInFlightHaveAByteBudget) {
  ScriptedOrigin hung(ScriptedOrigin::hangs());
  allow_everything();
  options.in_flight_bytes_max = 1'000'000;
  add_shadow("staging", hung.port());
  start();
  const std::string body(300'000, 'x');
  for (std::uint64_t i = 1; i <= 10; ++i)
    push({.method = "PUT",
          .target = "/file",
          .fields = {{"Host", "a.example"}, {"Content-Type", "text/plain"}},
          .body = body,
          .connection_id = i});
  ASSERT_TRUE(wait_for_events(10));
  EXPECT_LE(plane->stats().shadows[0].in_flight_bytes, 1'010'000u);
  const auto stats = finish(0ns);
  EXPECT_EQ(count_of(stats.shadows[0].not_mirrored, Reason::memory_budget), 7u);
}

TEST_F(ShadowTrouble, ADeadShadowOpensTheBreakerAndDoesNotTouchAnotherShadow) {
  ScriptedOrigin healthy(ScriptedOrigin::answers({ScriptedOrigin::ok("x")}));
  options.breaker.open_first = 1h;
  options.breaker.open_max = 1h;
  options.in_flight_max = 1000;
  add_shadow("dead", test::unused_port());
  add_shadow("healthy", healthy.port());
  start();
  for (std::uint64_t i = 1; i <= 300; ++i) push({.connection_id = i % 10});
  ASSERT_TRUE(wait([](const ShadowStats& stats) {
    return stats.shadows[1].mirrored() == 300 && stats.shadows[0].in_flight == 0;
  }));
  const auto stats = finish();
  EXPECT_GE(count_of(stats.shadows[0], ShadowOutcome::connect_failed), 5u);
  EXPECT_LT(stats.shadows[0].mirrored(), 100u);
  EXPECT_TRUE(stats.shadows[0].breaker_open);
  EXPECT_EQ(count_of(stats.shadows[1], ShadowOutcome::answered), 300u);
  EXPECT_EQ(healthy.requests().size(), 300u);
}

TEST_F(ShadowTrouble, AGarbageShadowIsCountedAsSuch) {
  ScriptedOrigin garbage([](test::OriginConnection& connection) {
    connection.read_request();
    connection.send("SSH-2.0-OpenSSH_9.2\r\n\r\n");
  });
  options.breaker.open_first = 1h;
  add_shadow("staging", garbage.port());
  start();
  for (std::uint64_t i = 1; i <= 20; ++i) push({.connection_id = 1});
  ASSERT_TRUE(
      wait([](const ShadowStats& stats) { return stats.events == 20 && stats.shadows[0].in_flight == 0; }));
  const auto stats = finish();
  EXPECT_EQ(count_of(stats.shadows[0], ShadowOutcome::bad_response), 5u);
  EXPECT_EQ(count_of(stats.shadows[0].not_mirrored, Reason::breaker_open), 15u);
}

TEST_F(ShadowTrouble, AFloodingShadowIsCutAndCountsAsAnswered) {
  ScriptedOrigin flood([](test::OriginConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    const std::string piece(64 * 1024, 'x');
    while (connection.send(piece)) {
    }
  });
  add_shadow("staging", flood.port());
  start();
  push({});
  ASSERT_TRUE(wait_for_mirrored(1));
  const auto stats = finish();
  EXPECT_EQ(count_of(stats.shadows[0], ShadowOutcome::answered), 1u);
  EXPECT_EQ(stats.shadows[0].responses_by_class[1], 1u);
}

TEST_F(ShadowTrouble, AShadowThatComesBackIsFoundByTheProbe) {
  std::atomic<bool> healthy{false};
  ScriptedOrigin origin([&](test::OriginConnection& connection) {
    while (!connection.read_request().empty()) {
      if (!healthy) return;
      connection.send(ScriptedOrigin::ok("x"));
    }
  });
  options.breaker.open_first = 20ms;
  options.breaker.open_max = 20ms;
  add_shadow("staging", origin.port());
  start();
  for (int i = 0; i < 10; ++i) push({});
  ASSERT_TRUE(wait([](const ShadowStats& stats) { return stats.shadows[0].breaker_open; }));
  healthy = true;
  const auto recovered = [this] {
    push({});
    return wait([](const ShadowStats& stats) { return stats.shadows[0].in_flight == 0; }) &&
           !plane->stats().shadows[0].breaker_open;
  };
  bool closed = false;
  for (int attempt = 0; attempt < 500 && !closed; ++attempt) {
    closed = recovered();
    if (!closed) std::this_thread::sleep_for(5ms);
  }
  EXPECT_TRUE(closed);
  const auto stats = finish();
  EXPECT_GE(count_of(stats.shadows[0], ShadowOutcome::answered), 1u);
}

TEST_F(ShadowTrouble, AShadowAtAProductionAddressGetsNothing) {
  ScriptedOrigin primary(ScriptedOrigin::answers({ScriptedOrigin::ok("x")}));
  options.forbidden_endpoints = {{net::asio::ip::make_address("127.0.0.1"), primary.port()}};
  add_shadow("staging", primary.port());
  options.shadows.push_back({"by-name", {"http", "localhost", primary.port()}, HostMode::keep});
  start();
  for (int i = 0; i < 10; ++i) push({});
  ASSERT_TRUE(
      wait([](const ShadowStats& stats) { return stats.events == 10 && stats.shadows[1].in_flight == 0; }));
  const auto stats = finish();
  for (const auto& shadow : stats.shadows)
    EXPECT_EQ(count_of(shadow.not_mirrored, Reason::target_refused), 10u);
  EXPECT_EQ(primary.connections(), 0u);
}

TEST_F(ShadowTrouble, AShadowGivenByNameIsLookedUp) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("x")}));
  options.shadows.push_back({"by-name", {"http", "localhost", origin.port()}, HostMode::target});
  start();
  push({});
  ASSERT_TRUE(wait_for_mirrored(1));
  const auto stats = finish();
  EXPECT_EQ(count_of(stats.shadows[0], ShadowOutcome::answered), 1u);
  EXPECT_NE(origin.requests().at(0).find("\r\nHost: localhost:"), std::string::npos);
}

TEST_F(ShadowTrouble, PausingStopsMirroringAndNotRecording) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("x")}));
  add_shadow("staging", origin.port());
  start();
  plane->set_paused(true);
  EXPECT_TRUE(plane->paused());
  for (int i = 0; i < 10; ++i) push({});
  ASSERT_TRUE(wait_for_events(10));
  plane->set_paused(false);
  push({});
  ASSERT_TRUE(wait_for_mirrored(1));
  const auto stats = finish();
  EXPECT_EQ(count_of(stats.shadows[0].not_mirrored, Reason::paused), 10u);
  EXPECT_EQ(origin.requests().size(), 1u);
  EXPECT_EQ(stats.capture.recorded, 11u);
}

TEST_F(ShadowTrouble, PausingDropsWhatWaitsForItsTurn) {
  ScriptedOrigin hung(ScriptedOrigin::hangs());
  options.response_timeout = 200ms;
  add_shadow("staging", hung.port());
  start();
  for (int i = 0; i < 10; ++i) push({.connection_id = 1});
  ASSERT_TRUE(hung.wait_for_connections(1));
  plane->set_paused(true);
  ASSERT_TRUE(
      wait([](const ShadowStats& stats) { return stats.events == 10 && stats.shadows[0].in_flight == 0; }));
  const auto stats = finish();
  EXPECT_EQ(stats.shadows[0].mirrored(), 1u) << "the one that was sent already";
  EXPECT_EQ(count_of(stats.shadows[0].not_mirrored, Reason::paused), 9u);
}

TEST_F(ShadowTrouble, AnAddressThatBecomesProductionIsRefusedFromThenOn) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("x")}));
  add_shadow("staging", origin.port());
  start();
  push({});
  ASSERT_TRUE(wait_for_mirrored(1));
  plane->forbid({{net::asio::ip::make_address("127.0.0.1"), origin.port()}});
  for (int i = 0; i < 100; ++i) push({});
  ASSERT_TRUE(
      wait([](const ShadowStats& stats) { return stats.events == 101 && stats.shadows[0].in_flight == 0; }));
  const auto before = origin.requests().size();
  push({});
  ASSERT_TRUE(wait_for_events(102));
  const auto stats = finish();
  EXPECT_GE(count_of(stats.shadows[0].not_mirrored, Reason::target_refused), 1u);
  EXPECT_EQ(origin.requests().size(), before);
}

TEST_F(ShadowTrouble, WithoutACaptureARefusedExchangeIsNotEvenScrubbed) {
  options.capture.reset();
  add_shadow("staging", test::unused_port());
  start();
  plane->set_paused(true);
  push({.fields = {{"Host", "a.example"}, {"Authorization", "Bearer x"}}});
  ASSERT_TRUE(wait_for_events(1));
  const auto stats = finish();
  for (const auto& each : stats.redactions) EXPECT_EQ(each.redactions, 0u) << each.detector;
  EXPECT_EQ(count_of(stats.shadows[0].not_mirrored, Reason::paused), 1u);
}

TEST_F(ShadowTrouble, ACaptureAloneNeedsNoShadow) {
  start();
  for (int i = 0; i < 10; ++i) push({});
  ASSERT_TRUE(wait_for_events(10));
  const auto stats = finish();
  EXPECT_EQ(stats.capture.recorded, 10u);
  EXPECT_EQ(recorded().size(), 10u);
}

TEST_F(ShadowTrouble, StoppingTakesWhatIsInTheTeeAndLetsItEnd) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("x")}));
  options.in_flight_max = 1000;
  add_shadow("staging", origin.port());
  start();
  for (int i = 0; i < 500; ++i) push({});
  const auto stats = finish(10s);
  EXPECT_EQ(count_of(stats.shadows[0], ShadowOutcome::answered), 500u);
  EXPECT_EQ(stats.capture.recorded, 500u);
  EXPECT_EQ(recorded().size(), 500u);
}

TEST_F(ShadowTrouble, StoppingTwiceAndDestroyingIsFine) {
  start();
  plane->stop(0ns);
  plane->stop(1s);
  EXPECT_EQ(plane->stats().events, 0u);
  plane.reset();
}

TEST(ShadowPlaneStart, AnUnusableCaptureDirectoryIsOneClearLine) {
  test::TemporaryDirectory directory;
  ShadowPlaneOptions options;
  options.capture.emplace().directory = directory.write("file", "not a directory") / "capture";
  const auto started = ShadowPlane::start(options, {});
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message.find("capture"), std::string::npos) << started.error().message;
  EXPECT_EQ(started.error().message.find('\n'), std::string::npos);
}

TEST(ShadowPlaneStart, TwoShadowsOfOneNameAreRefused) {
  ShadowPlaneOptions options;
  options.shadows = {{"a", {"http", "127.0.0.1", 1}, HostMode::keep},
                     {"a", {"http", "127.0.0.1", 2}, HostMode::keep}};
  const auto started = ShadowPlane::start(options, {});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().message, "shadow 'a': the name is given twice");
}

TEST_F(ShadowTrouble, LossesAtTheTeeCountForEveryShadowAndTheCapture) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("x")}));
  add_shadow("a", origin.port());
  add_shadow("b", origin.port());
  start();
  tee.count(Reason::sampled_out);
  tee.count(Reason::queue_full);
  tee.count(Reason::queue_full);
  ASSERT_TRUE(wait_for_events(3));
  plane->stop(0ns);
  const auto stats = plane->stats();
  EXPECT_EQ(stats.events, 3u);
  for (const auto& shadow : stats.shadows) {
    EXPECT_EQ(count_of(shadow.not_mirrored, Reason::queue_full), 2u);
    EXPECT_EQ(count_of(shadow.not_mirrored, Reason::sampled_out), 1u);
    EXPECT_EQ(sum(shadow.not_mirrored), stats.events);
  }
  EXPECT_EQ(sum(stats.capture.not_recorded), stats.events);
}

}  // namespace
}  // namespace understudy::proxy
