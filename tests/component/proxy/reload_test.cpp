#include "tests/component/proxy/running_proxy.hpp"
#include "tests/support/raw_client.hpp"
#include "tests/support/temporary_directory.hpp"

#include <future>
#include <string>

#include <gtest/gtest.h>

namespace understudy::test {
namespace {

constexpr const char* kGetOfReload = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// What `config` came to, once it is in force or refused.
Outcome<> reload(RunningProxy& proxy, const proxy::ProxyConfig& config) {
  std::promise<Outcome<>> applied;
  proxy.server().reload([config] { return Outcome<proxy::ProxyConfig>(config); },
                        [&applied](const Outcome<>& outcome) { applied.set_value(outcome); });
  return applied.get_future().get();
}

std::string get(RawClient& client) {
  client.send(kGetOfReload);
  return client.read_response();
}

unsigned status_at(std::uint16_t port) {
  RawClient client(port);
  return status_of(get(client));
}

struct Reload : testing::Test {
  ScriptedOrigin origin{ScriptedOrigin::answers({ScriptedOrigin::ok("one")})};
  proxy::ProxyConfig config = proxy_config(origin.port());
};

TEST_F(Reload, ConnectionsAndListenersStayWhenNothingChanges) {
  RunningProxy proxy(config);
  const auto port = proxy.port();
  RawClient client(port);
  EXPECT_EQ(status_of(get(client)), 200u);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(reload(proxy, config));
  EXPECT_EQ(proxy.port(), port) << "port 0 is the same listener, not another free port";
  EXPECT_EQ(status_of(get(client)), 200u);
  EXPECT_EQ(origin.connections(), 1u) << "the pool has kept its connection";
  EXPECT_EQ(proxy.counters().connections_accepted.value(), 1u);
}

TEST_F(Reload, NewListenerIsOpenedAndAnOldOneGoesWithoutCuttingItsConnections) {
  RunningProxy proxy(config);
  const auto old_port = proxy.port();
  RawClient client(old_port);
  EXPECT_EQ(status_of(get(client)), 200u);
  auto next = config;
  next.listeners.front().address = *net::parse_listen_address("127.0.0.1:" + std::to_string(unused_port()));
  ASSERT_TRUE(reload(proxy, next));
  EXPECT_NE(proxy.port(), old_port);
  EXPECT_EQ(status_at(proxy.port()), 200u);
  const auto last = get(client);
  EXPECT_EQ(status_of(last), 200u);
  EXPECT_NE(last.find("\r\nConnection: close\r\n"), std::string::npos);
  EXPECT_TRUE(eventually([old_port] {
    try {
      RawClient late(old_port);
    } catch (const std::exception&) {
      return true;
    }
    return false;
  }));
}

TEST_F(Reload, LimitsAreTakenByConnectionsThatAreOpen) {
  RunningProxy proxy(config);
  RawClient client(proxy.port());
  const std::string large = "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(3000, 'x') + "\r\n\r\n";
  client.send(large);
  EXPECT_EQ(status_of(client.read_response()), 200u);
  auto next = config;
  next.downstream.request_limits.head_bytes = 2048;
  ASSERT_TRUE(reload(proxy, next));
  EXPECT_EQ(status_of(get(client)), 200u);
  client.send(large);
  EXPECT_EQ(status_of(client.read_response()), 431u);
  next.downstream.request_limits.head_bytes = 128 * 1024;
  RawClient other(proxy.port());
  EXPECT_EQ(status_of(get(other)), 200u);
  ASSERT_TRUE(reload(proxy, next));
  other.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n");
  EXPECT_EQ(status_of(other.read_response()), 200u) << "more than its buffer could hold when it was opened";
}

TEST_F(Reload, PrimaryMoves) {
  ScriptedOrigin second(ScriptedOrigin::answers({ScriptedOrigin::ok("two")}));
  RunningProxy proxy(config);
  RawClient client(proxy.port());
  EXPECT_EQ(body_of(get(client)), "one");
  auto next = config;
  next.primary = *net::parse_origin_url(second.url());
  ASSERT_TRUE(reload(proxy, next));
  EXPECT_TRUE(eventually([&] { return body_of(get(client)) == "two"; }));
}

TEST_F(Reload, RefusedConfigurationChangesNothing) {
  config.admin.emplace().address = *net::parse_listen_address("127.0.0.1:0");
  RunningProxy proxy(config);
  RawClient client(proxy.port());
  auto busy = config;
  busy.downstream.request_limits.head_bytes = 1;
  busy.listeners.emplace_back().address =
      *net::parse_listen_address("127.0.0.1:" + std::to_string(origin.port()));
  const auto refused = reload(proxy, busy);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("cannot listen on"), std::string::npos);
  auto own_shadow = config;
  own_shadow.shadows.push_back({"twin", config.primary.hosts.front().url, proxy::HostMode::keep});
  EXPECT_FALSE(reload(proxy, own_shadow));
  EXPECT_EQ(status_of(get(client)), 200u);
  EXPECT_EQ(proxy.server().addresses().size(), 1u);
  const auto admin = proxy.server().admin_address()->port();
  const auto metrics =
      RawClient::exchange(admin, "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_NE(metrics.find("\nunderstudy_config_last_reload_success 0\n"), std::string::npos);
  EXPECT_NE(metrics.find("understudy_config_reloads_total{result=\"failure\"} 2\n"), std::string::npos);
}

TEST_F(Reload, ShadowPlaneComesAndGoesAndEveryExchangeIsCounted) {
  ScriptedOrigin shadow(ScriptedOrigin::answers({ScriptedOrigin::ok("shadow")}));
  RunningProxy proxy(config);
  RawClient client(proxy.port());
  get(client);
  EXPECT_EQ(proxy.server().shadow_stats().events, 0u);
  auto mirrored = config;
  mirrored.shadows.push_back({"staging", *net::parse_origin_url(shadow.url()), proxy::HostMode::keep});
  ASSERT_TRUE(reload(proxy, mirrored));
  for (int i = 0; i < 3; ++i) get(client);
  ASSERT_TRUE(shadow.wait_for_requests(3));
  auto guarded = mirrored;
  guarded.guard.deny_side_effect_paths = false;
  ASSERT_TRUE(reload(proxy, guarded)) << "another plane takes over";
  for (int i = 0; i < 2; ++i) get(client);
  ASSERT_TRUE(shadow.wait_for_requests(5));
  ASSERT_TRUE(reload(proxy, config));
  get(client);
  EXPECT_TRUE(eventually([&] {
    const auto stats = proxy.server().shadow_stats();
    return stats.shadows.size() == 1 && stats.shadows.front().mirrored() == 5;
  }));
  const auto stats = proxy.server().shadow_stats();
  EXPECT_EQ(stats.events, 5u) << "counts of planes that are gone stay";
  EXPECT_EQ(stats.shadows.front().mirrored() + proxy::sum(stats.shadows.front().not_mirrored), 5u);
}

TEST_F(Reload, AdminMovesAndItsTokenChanges) {
  config.admin.emplace().address = *net::parse_listen_address("127.0.0.1:0");
  RunningProxy proxy(config);
  const auto ask = [&proxy](const std::string& token) {
    const auto port = proxy.server().admin_address()->port();
    return status_of(
        RawClient::exchange(port, "GET /config HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " +
                                      token + "\r\nConnection: close\r\n\r\n"));
  };
  EXPECT_EQ(ask("none"), 200u);
  auto next = config;
  next.admin->token = "correct-horse-battery";
  ASSERT_TRUE(reload(proxy, next));
  EXPECT_EQ(ask("none"), 401u);
  EXPECT_EQ(ask(next.admin->token), 200u);
  next.admin.reset();
  ASSERT_TRUE(reload(proxy, next));
  EXPECT_FALSE(proxy.server().admin_address());
}

}  // namespace
}  // namespace understudy::test
