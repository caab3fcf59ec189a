#include "tests/component/proxy/running_proxy.hpp"
#include "tests/support/raw_client.hpp"

#include <atomic>
#include <future>
#include <list>

#include <gtest/gtest.h>

namespace understudy::test {
namespace {

TEST(ClientFault, MalformedRequestIsRefusedAndNothingForwarded) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("x")}));
  RunningProxy proxy(origin);
  const auto response =
      RawClient::exchange(proxy.port(), "GET /a HTTP/1.1\r\nHost: s\r\nBad Name: x\r\n\r\n");
  EXPECT_EQ(status_of(response), 400U);
  EXPECT_NE(response.find("Connection: close"), std::string::npos);
  EXPECT_EQ(origin.connections(), 0U);
}

TEST(ClientFault, RequestsBehindAMalformedOneAreNotServed) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("x")}));
  RunningProxy proxy(origin);
  RawClient::exchange(proxy.port(), "BROKEN\r\n\r\n" + std::string(kGet));
  EXPECT_EQ(origin.connections(), 0U);
}

TEST(ClientFault, SlowHeadIs408) {
  ScriptedOrigin origin(ScriptedOrigin::hangs());
  auto config = proxy_config(origin.port());
  config.downstream.timeouts.client_head = std::chrono::milliseconds(200);
  RunningProxy proxy(config);
  RawClient client(proxy.port());
  client.send("GET / HTTP/1.1\r\nHo");
  EXPECT_EQ(status_of(client.read_until_close()), 408U);
}

TEST(ClientFault, IdleConnectionIsClosedWithoutAWord) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("x")}));
  auto config = proxy_config(origin.port());
  config.downstream.timeouts.keep_alive_idle = std::chrono::milliseconds(200);
  RunningProxy proxy(config);
  RawClient client(proxy.port());
  client.send(kGet);
  EXPECT_EQ(status_of(client.read_response()), 200U);
  EXPECT_EQ(client.read_until_close(), "");
}

TEST(ClientFault, StalledBodyIs408AndTheOriginSeesACutRequest) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    EXPECT_EQ(connection.read_until_close().find("abcX"), std::string::npos);
  });
  auto config = proxy_config(origin.port());
  config.downstream.timeouts.body_idle = std::chrono::milliseconds(200);
  RunningProxy proxy(config);
  RawClient client(proxy.port());
  client.send("POST / HTTP/1.1\r\nHost: s\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(status_of(client.read_until_close()), 408U);
}

TEST(ClientFault, OriginThatStopsReadingIsNotTheClientsFault) {
  std::promise<void> over;
  ScriptedOrigin origin([waiting = over.get_future().share()](OriginConnection& connection) {
    connection.read_until("\r\n\r\n");
    waiting.wait();
  });
  auto config = proxy_config(origin.port());
  config.downstream.timeouts.body_idle = std::chrono::milliseconds(300);
  RunningProxy proxy(config);
  RawClient client(proxy.port());
  client.send("POST / HTTP/1.1\r\nHost: s\r\nContent-Length: 100000000\r\n\r\n");
  const std::string piece(1'000'000, 'x');
  for (int i = 0; i < 40; ++i)
    if (!client.send(piece)) break;
  EXPECT_EQ(status_of(client.read_response()), 504U);
  over.set_value();
}

TEST(ClientFault, BadChunkWithTheHeadIs400AndNothingForwarded) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("x")}));
  RunningProxy proxy(origin);
  const auto response = RawClient::exchange(
      proxy.port(), "POST / HTTP/1.1\r\nHost: s\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
  EXPECT_EQ(status_of(response), 400U);
  EXPECT_EQ(origin.connections(), 0U);
}

TEST(ClientFault, BadChunkInTheMiddleCutsTheForwardedRequest) {
  std::promise<std::string> forwarded;
  ScriptedOrigin origin(
      [&](OriginConnection& connection) { forwarded.set_value(connection.read_until_close()); });
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send("POST / HTTP/1.1\r\nHost: s\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  ASSERT_TRUE(origin.wait_for_connections(1));
  client.send("0x3\r\nabc\r\n0\r\n\r\n");
  EXPECT_EQ(status_of(client.read_until_close()), 400U);
  EXPECT_EQ(forwarded.get_future().get().find("0\r\n\r\n"), std::string::npos);
}

TEST(ClientFault, ClientGoneInTheMiddleOfItsBodyIsCountedAndTheOriginSeesACut) {
  std::promise<std::string> forwarded;
  ScriptedOrigin origin(
      [&](OriginConnection& connection) { forwarded.set_value(connection.read_until_close()); });
  RunningProxy proxy(origin);
  {
    RawClient client(proxy.port());
    client.send("POST / HTTP/1.1\r\nHost: s\r\nContent-Length: 10\r\n\r\nabc");
    ASSERT_TRUE(origin.wait_for_connections(1));
  }
  const auto seen = forwarded.get_future().get();
  EXPECT_TRUE(seen.ends_with("abc"));
  EXPECT_TRUE(eventually([&] { return proxy.counters().client_aborts.value() == 1; }));
}

TEST(ClientFault, ClientGoneDuringTheResponseEndsTheUpstreamConnection) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
    while (connection.send(std::string(100'000, 'x'))) {
    }
  });
  RunningProxy proxy(origin);
  {
    RawClient client(proxy.port());
    client.send(kGet);
    client.read_exactly(10'000);
    client.reset();
  }
  EXPECT_TRUE(eventually([&] { return proxy.counters().client_aborts.value() == 1; }));
  EXPECT_TRUE(eventually([&] { return proxy.counters().connections_active.value() == 0; }));
}

TEST(ClientFault, SlowReaderHoldsBackTheOrigin) {
  std::atomic<std::size_t> taken{0};
  ScriptedOrigin origin([&](OriginConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
    const std::string piece(100'000, 'x');
    while (connection.send(piece)) taken += piece.size();
  });
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send(kGet);
  client.read_exactly(1000);
  std::size_t before = 0;
  // Kernel buffers fill first; then nothing moves any more.
  EXPECT_TRUE(eventually([&] {
    const auto now = taken.load();
    const bool still = now == before && now > 0;
    before = now;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    return still;
  }));
  EXPECT_LT(taken.load(), 50'000'000U);
  client.reset();
}

TEST(Limits, ConnectionsOverTheLimitGet503) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("x")}));
  auto config = proxy_config(origin.port());
  config.downstream.connections_max = 2;
  RunningProxy proxy(config);
  std::list<RawClient> clients;
  for (int i = 0; i < 2; ++i) {
    auto& client = clients.emplace_back(proxy.port());
    client.send(kGet);
    EXPECT_EQ(status_of(client.read_response()), 200U);
  }
  RawClient refused(proxy.port());
  refused.send(kGet);
  const auto response = refused.read_until_close();
  EXPECT_EQ(status_of(response), 503U);
  EXPECT_NE(response.find("Retry-After: "), std::string::npos);
  clients.clear();
  EXPECT_TRUE(eventually([&] {
    RawClient again(proxy.port());
    again.send(kGet);
    return status_of(again.read_response()) == 200U;
  }));
}

TEST(Limits, HeadsAndTargetsOverTheLimit) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("x")}));
  RunningProxy proxy(origin);
  const auto status = [&](const std::string& request) {
    return status_of(RawClient::exchange(proxy.port(), request));
  };
  EXPECT_EQ(status("GET /" + std::string(17'000, 'a') + " HTTP/1.1\r\nHost: s\r\n\r\n"), 414U);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: s\r\nX: " + std::string(40'000, 'a') + "\r\n\r\n"), 431U);
  std::string many = "GET / HTTP/1.1\r\nHost: s\r\n";
  for (int i = 0; i < 300; ++i) many += "X: y\r\n";
  EXPECT_EQ(status(many + "\r\n"), 431U);
  EXPECT_EQ(origin.connections(), 0U);
}

}  // namespace
}  // namespace understudy::test
