#include "tests/component/proxy/running_proxy.hpp"
#include "tests/support/raw_client.hpp"

#include <future>

#include <gtest/gtest.h>

namespace understudy::test {
namespace {

TEST(Lifecycle, DrainFinishesWhatRunsSaysCloseAndReturnsOk) {
  std::promise<void> answer;
  ScriptedOrigin origin([&](OriginConnection& connection) {
    connection.read_request();
    answer.get_future().wait();
    connection.send(ScriptedOrigin::ok("finished"));
    connection.stall();
  });
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send(kGet);
  ASSERT_TRUE(origin.wait_for_requests(1));
  proxy.server().drain();
  ASSERT_TRUE(eventually([&] {
    try {
      RawClient late(proxy.port());
      return late.wait_for_close();
    } catch (const std::exception&) {
      return true;  // nobody listens any more
    }
  }));
  answer.set_value();
  const auto response = client.read_until_close();
  EXPECT_EQ(body_of(response), "finished");
  EXPECT_NE(response.find("Connection: close"), std::string::npos);
  EXPECT_EQ(proxy.join(), ExitCode::ok);
}

TEST(Lifecycle, DrainClosesIdleConnectionsAfterAMoment) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("x")}));
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send(kGet);
  client.read_response();
  proxy.server().drain();
  EXPECT_TRUE(client.wait_for_close());
  EXPECT_EQ(proxy.join(), ExitCode::ok);
}

TEST(Lifecycle, DrainDeadlineEndsWhatHangs) {
  ScriptedOrigin origin(ScriptedOrigin::hangs());
  auto config = proxy_config(origin.port());
  config.downstream.timeouts.drain = std::chrono::milliseconds(200);
  RunningProxy proxy(config);
  RawClient client(proxy.port());
  client.send(kGet);
  ASSERT_TRUE(origin.wait_for_connections(1));
  proxy.server().drain();
  EXPECT_EQ(proxy.join(), ExitCode::ok);
  EXPECT_TRUE(client.wait_for_close());
}

TEST(Lifecycle, StopEndsAtOnceAndSaysInterrupted) {
  ScriptedOrigin origin(ScriptedOrigin::hangs());
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send(kGet);
  ASSERT_TRUE(origin.wait_for_connections(1));
  proxy.server().stop();
  EXPECT_EQ(proxy.join(), ExitCode::interrupted);
  EXPECT_TRUE(client.wait_for_close());
}

TEST(Lifecycle, StopDuringUploadTunnelAndLingerLeavesNothingBehind) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    const auto head = connection.read_until("\r\n\r\n");
    if (head.starts_with("GET /chat"))
      connection.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
    connection.stall();
  });
  RunningProxy proxy(origin);
  RawClient upload(proxy.port());
  upload.send("POST / HTTP/1.1\r\nHost: s\r\nContent-Length: 1000\r\n\r\nabc");
  RawClient tunnel(proxy.port());
  tunnel.send("GET /chat HTTP/1.1\r\nHost: s\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
  tunnel.read_until("\r\n\r\n");
  RawClient lingering(proxy.port());
  lingering.send("BROKEN\r\n\r\n");
  lingering.read_until("\r\n\r\n");
  ASSERT_TRUE(origin.wait_for_connections(2));
  proxy.server().stop();
  EXPECT_EQ(proxy.join(), ExitCode::interrupted);
}

TEST(Lifecycle, SeveralWorkersShareOnePort) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("x")}));
  auto config = proxy_config(origin.port());
  config.workers = 3;
  RunningProxy proxy(config);
  for (int i = 0; i < 20; ++i) {
    RawClient client(proxy.port());
    client.send(kGet);
    EXPECT_EQ(status_of(client.read_response()), 200U);
  }
  std::uint64_t requests = 0;
  for (const auto* counters : proxy.server().counters()) requests += counters->requests.value();
  EXPECT_EQ(requests, 20U);
}

TEST(Lifecycle, BusyAddressIsOneClearSentence) {
  ScriptedOrigin origin(ScriptedOrigin::hangs());
  auto config = proxy_config(origin.port());
  config.listeners.front().address.port(origin.port());
  const auto server = proxy::ProxyServer::open(config);
  ASSERT_FALSE(server);
  EXPECT_NE(server.error().message.find("cannot listen on 127.0.0.1:"), std::string::npos);
}

TEST(Lifecycle, SecondProxyOnTheSameAddressIsRefused) {
  ScriptedOrigin origin(ScriptedOrigin::hangs());
  RunningProxy first(origin);
  auto config = proxy_config(origin.port());
  config.listeners.front().address.port(first.port());
  config.workers = 2;
  const auto second = proxy::ProxyServer::open(config);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find("cannot listen on"), std::string::npos);
}

TEST(Lifecycle, ShadowThatIsThePrimaryIsRefused) {
  ScriptedOrigin origin(ScriptedOrigin::hangs());
  auto config = proxy_config(origin.port());
  config.shadows.push_back({"twin", config.primary.hosts.front().url, proxy::HostMode::keep});
  const auto server = proxy::ProxyServer::open(config);
  ASSERT_FALSE(server);
  EXPECT_NE(server.error().message.find("shadow 'twin'"), std::string::npos);
}

TEST(Lifecycle, PrimaryThatIsTheProxyItselfIsRefused) {
  auto config = proxy_config(unused_port());
  config.listeners.front().address =
      *net::parse_listen_address("0.0.0.0:" + std::to_string(config.primary.hosts.front().url.port));
  const auto server = proxy::ProxyServer::open(config);
  ASSERT_FALSE(server);
  EXPECT_NE(server.error().message.find("this proxy itself"), std::string::npos);
}

TEST(Lifecycle, AdminOutsideLoopbackIsRefused) {
  ScriptedOrigin origin(ScriptedOrigin::hangs());
  auto config = proxy_config(origin.port());
  config.admin.emplace().address = *net::parse_listen_address("0.0.0.0:0");
  EXPECT_FALSE(proxy::ProxyServer::open(config));
}

TEST(Lifecycle, AdminTellsReadinessMetricsAndConfiguration) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("x")}));
  auto config = proxy_config(origin.port());
  config.admin.emplace().address = *net::parse_listen_address("127.0.0.1:0");
  RunningProxy proxy(config);
  RawClient client(proxy.port());
  client.send(kGet);
  client.read_response();
  const auto admin = proxy.server().admin_address()->port();
  const auto ask = [admin](const std::string& path) {
    return RawClient::exchange(admin,
                               "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  };
  EXPECT_EQ(status_of(ask("/ready")), 200U);
  EXPECT_NE(ask("/metrics").find("understudy_downstream_requests_total 1"), std::string::npos);
  EXPECT_NE(ask("/config").find("\"primary\""), std::string::npos);
}

}  // namespace
}  // namespace understudy::test
