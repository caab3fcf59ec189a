#include "tests/component/proxy/running_proxy.hpp"
#include "tests/support/raw_client.hpp"
#include "tests/support/temporary_directory.hpp"

#include <fstream>

#include <gtest/gtest.h>

namespace understudy::test {
namespace {

using proxy::Reason;

std::uint64_t not_recorded(const proxy::ShadowStats& stats, Reason reason) {
  return stats.capture.not_recorded[static_cast<std::size_t>(reason)];
}

proxy::ProxyConfig recording(const ScriptedOrigin& primary, const TemporaryDirectory& directory) {
  auto config = proxy_config(primary.port());
  config.capture.emplace().directory = directory.path();
  return config;
}

TEST(Tee, EveryExchangeIsRecordedOrCountedAndTheSumsAddUp) {
  TemporaryDirectory directory;
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("x")}));
  auto config = recording(origin, directory);
  config.sample_share = 0.5;
  RunningProxy proxy(config);
  RawClient client(proxy.port());
  constexpr std::uint64_t kRequests = 200;
  for (std::uint64_t i = 0; i < kRequests; ++i) {
    client.send(kGet);
    ASSERT_EQ(status_of(client.read_response()), 200U);
  }
  ASSERT_TRUE(eventually([&] { return proxy.server().shadow_stats().events == kRequests; }));
  proxy.server().drain();
  client.close();
  proxy.join();
  const auto stats = proxy.server().shadow_stats();
  EXPECT_EQ(stats.capture.recorded + proxy::sum(stats.capture.not_recorded), kRequests);
  EXPECT_GT(not_recorded(stats, Reason::sampled_out), kRequests / 4);
  EXPECT_GT(stats.capture.recorded, kRequests / 4);
}

TEST(Tee, ShadowGetsACopyAndTheClientNeverWaitsForIt) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("primary")}));
  ScriptedOrigin shadow(ScriptedOrigin::hangs());
  auto config = proxy_config(origin.port());
  config.shadows.push_back({"staging", *net::parse_origin_url(shadow.url()), proxy::HostMode::keep});
  RunningProxy proxy(config);
  RawClient client(proxy.port());
  for (int i = 0; i < 50; ++i) {
    client.send(kGet);
    ASSERT_EQ(body_of(client.read_response()), "primary");
  }
  EXPECT_TRUE(shadow.wait_for_connections(1));
}

TEST(Tee, ExchangeStillOpenIsHandedOverIncomplete) {
  TemporaryDirectory directory;
  ScriptedOrigin origin([](OriginConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nevent\r\n");
    connection.stall();
  });
  auto config = recording(origin, directory);
  config.downstream.timeouts.hand_over = std::chrono::milliseconds(200);
  RunningProxy proxy(config);
  RawClient client(proxy.port());
  client.send(kGet);
  client.read_until("event");
  EXPECT_TRUE(eventually([&] { return proxy.server().shadow_stats().events == 1; }));
  EXPECT_EQ(proxy.counters().connections_active.value(), 1U) << "the exchange itself goes on";
}

TEST(Tee, FailedAndAbortedExchangesKeepTheirReason) {
  TemporaryDirectory directory;
  ScriptedOrigin shadow(ScriptedOrigin::answers({ScriptedOrigin::ok("x")}));
  auto config = proxy_config(unused_port());
  config.shadows.push_back({"staging", *net::parse_origin_url(shadow.url()), proxy::HostMode::keep});
  RunningProxy proxy(config);
  RawClient client(proxy.port());
  client.send(kGet);
  EXPECT_EQ(status_of(client.read_response()), 502U);
  ASSERT_TRUE(eventually([&] {
    return proxy.server().shadow_stats().shadows.front().not_mirrored[static_cast<std::size_t>(
               Reason::primary_failed)] == 1;
  }));
  EXPECT_EQ(shadow.connections(), 0U) << "the primary never got it, so the shadow does not either";
}

}  // namespace
}  // namespace understudy::test
