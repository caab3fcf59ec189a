#include "tests/component/proxy/running_proxy.hpp"
#include "tests/support/raw_client.hpp"

#include <future>

#include <gtest/gtest.h>

namespace understudy::test {
namespace {

constexpr std::string_view kUpgrade =
    "GET /chat HTTP/1.1\r\nHost: s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: "
    "k\r\n\r\n";
constexpr std::string_view kSwitching =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

TEST(Tunnel, OpensOnlyAfterThe101AndPassesLeftoverBytesBothWays) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    const auto request = connection.read_until("\r\n\r\n");
    EXPECT_NE(request.find("Upgrade: websocket"), std::string::npos);
    connection.send(std::string(kSwitching) + "greeting");
    EXPECT_EQ(connection.read_exactly(9), "earlyping");
    connection.send("pong");
  });
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send(std::string(kUpgrade) + "early");
  const auto answer = client.read_until("\r\n\r\n");
  EXPECT_EQ(status_of(answer), 101U);
  EXPECT_NE(answer.find("Upgrade: websocket"), std::string::npos);
  EXPECT_EQ(client.read_exactly(8), "greeting");
  client.send("ping");
  EXPECT_EQ(client.read_until_close(), "pong");
  EXPECT_EQ(proxy.counters().tunnels.value(), 1U);
}

TEST(Tunnel, HalfCloseIsPassedOnAndTheOtherDirectionGoesOn) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    connection.read_until("\r\n\r\n");
    connection.send(kSwitching);
    EXPECT_EQ(connection.read_until_close(), "last words");
    connection.send("answer after the client's end");
  });
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send(kUpgrade);
  client.read_until("\r\n\r\n");
  client.send("last words");
  client.shutdown_send();
  EXPECT_EQ(client.read_until_close(), "answer after the client's end");
  EXPECT_TRUE(eventually([&] { return proxy.counters().tunnels_active.value() == 0; }));
}

TEST(Tunnel, RefusedUpgradeStaysHttp) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("plain")}));
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  for (int i = 0; i < 2; ++i) {
    client.send(kUpgrade);
    EXPECT_EQ(body_of(client.read_response()), "plain");
  }
  EXPECT_EQ(proxy.counters().tunnels.value(), 0U);
}

TEST(Tunnel, SwitchBeforeTheWholeRequestIs502) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    connection.read_until("\r\n\r\n");
    connection.send(kSwitching);
    connection.stall();
  });
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send(
      "POST /chat HTTP/1.1\r\nHost: s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: "
      "10\r\n\r\nhalf");
  EXPECT_EQ(status_of(client.read_response()), 502U);
  EXPECT_EQ(proxy.counters().tunnels.value(), 0U);
}

TEST(Tunnel, EndsPolitelyWhenTheProxyStops) {
  std::promise<std::string> heard;
  ScriptedOrigin origin([&](OriginConnection& connection) {
    connection.read_until("\r\n\r\n");
    connection.send(kSwitching);
    heard.set_value(connection.read_until_close());
  });
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send(kUpgrade);
  client.read_until("\r\n\r\n");
  client.send("said");
  EXPECT_TRUE(eventually([&] { return proxy.counters().downstream_bytes_in.value() > kUpgrade.size(); }));
  proxy.server().stop();
  char byte = 0;
  EXPECT_EQ(::recv(client.descriptor(), &byte, 1, 0), 0) << "an end, no reset";
  EXPECT_EQ(heard.get_future().get(), "said");
}

TEST(Tunnel, UnaskedFor101Is502) {
  ScriptedOrigin origin(ScriptedOrigin::answers({std::string(kSwitching)}));
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send("GET / HTTP/1.1\r\nHost: s\r\n\r\n");
  EXPECT_EQ(status_of(client.read_response()), 502U);
}

TEST(Tunnel, Http10CannotUpgrade) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("plain")}));
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send("GET / HTTP/1.0\r\nHost: s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  client.read_until_close();
  EXPECT_EQ(origin.requests().front().find("Upgrade"), std::string::npos);
}

TEST(Tunnel, IdleTunnelIsClosed) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    connection.read_until("\r\n\r\n");
    connection.send(kSwitching);
    connection.stall();
  });
  auto config = proxy_config(origin.port());
  config.downstream.timeouts.tunnel_idle = std::chrono::milliseconds(200);
  RunningProxy proxy(config);
  RawClient client(proxy.port());
  client.send(kUpgrade);
  client.read_until("\r\n\r\n");
  EXPECT_TRUE(client.wait_for_close());
  EXPECT_TRUE(eventually([&] {
    return proxy.counters().timeouts_hit[static_cast<std::size_t>(proxy::TimeoutHit::tunnel_idle)].value() ==
           1;
  }));
}

TEST(Tunnel, LargeMessagesComeThroughUnchanged) {
  const std::string message(16'000'000, 'm');
  ScriptedOrigin origin([&](OriginConnection& connection) {
    connection.read_until("\r\n\r\n");
    connection.send(kSwitching);
    EXPECT_TRUE(connection.read_exactly(message.size()) == message);
    connection.send(message);
  });
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send(kUpgrade);
  client.read_until("\r\n\r\n");
  EXPECT_TRUE(client.send(message));
  EXPECT_TRUE(client.read_until_close() == message);
}

}  // namespace
}  // namespace understudy::test
