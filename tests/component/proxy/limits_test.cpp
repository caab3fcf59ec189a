#include "tests/component/proxy/running_proxy.hpp"
#include "tests/support/loopback.hpp"
#include "tests/support/raw_client.hpp"

#include <future>
#include <list>
#include <unistd.h>

#include <gtest/gtest.h>

namespace understudy::test {
namespace {

using proxy::LimitHit;
using proxy::TimeoutHit;

std::uint64_t hits(const RunningProxy& proxy, LimitHit limit) {
  return proxy.counters().limits_hit[static_cast<std::size_t>(limit)].value();
}
std::uint64_t hits(const RunningProxy& proxy, TimeoutHit timeout) {
  return proxy.counters().timeouts_hit[static_cast<std::size_t>(timeout)].value();
}

/// Answers with "x" and keeps count; an upload is read whole first.
ScriptedOrigin::Script fine() { return ScriptedOrigin::answers({ScriptedOrigin::ok("x")}); }

TEST(Limits, AnnouncedBodyOverTheLimitIs413AndNothingForwarded) {
  ScriptedOrigin origin(fine());
  auto config = proxy_config(origin.port());
  config.downstream.request_body_bytes_max = 10;
  RunningProxy proxy(config);
  const auto response = RawClient::exchange(
      proxy.port(), "POST / HTTP/1.1\r\nHost: s\r\nContent-Length: 11\r\n\r\nhello world");
  EXPECT_EQ(status_of(response), 413U);
  EXPECT_NE(response.find("Connection: close"), std::string::npos);
  EXPECT_EQ(origin.connections(), 0U);
  EXPECT_EQ(hits(proxy, LimitHit::request_body), 1U);
}

TEST(Limits, ExpectingClientIsTold413BeforeItSends) {
  ScriptedOrigin origin(fine());
  auto config = proxy_config(origin.port());
  config.downstream.request_body_bytes_max = 10;
  RunningProxy proxy(config);
  RawClient client(proxy.port());
  client.send("POST / HTTP/1.1\r\nHost: s\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(status_of(client.read_response()), 413U);
}

TEST(Limits, BodyAtTheLimitPasses) {
  ScriptedOrigin origin(fine());
  auto config = proxy_config(origin.port());
  config.downstream.request_body_bytes_max = 11;
  RunningProxy proxy(config);
  RawClient client(proxy.port());
  client.send("POST / HTTP/1.1\r\nHost: s\r\nContent-Length: 11\r\n\r\nhello world");
  EXPECT_EQ(status_of(client.read_response()), 200U);
  client.send(
      "POST / HTTP/1.1\r\nHost: s\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n");
  EXPECT_EQ(status_of(client.read_response()), 200U);
}

TEST(Limits, ChunkedBodyIs413AsItPassesTheLimitAndTheOriginSeesACut) {
  std::promise<std::string> forwarded;
  ScriptedOrigin origin(
      [&](OriginConnection& connection) { forwarded.set_value(connection.read_until_close()); });
  auto config = proxy_config(origin.port());
  config.downstream.request_body_bytes_max = 10;
  RunningProxy proxy(config);
  RawClient client(proxy.port());
  client.send("POST / HTTP/1.1\r\nHost: s\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nabcdefgh\r\n");
  ASSERT_TRUE(origin.wait_for_connections(1));
  client.send("8\r\nabcdefgh\r\n0\r\n\r\n");
  EXPECT_EQ(status_of(client.read_until_close()), 413U);
  const auto seen = forwarded.get_future().get();
  EXPECT_EQ(seen.find("\r\n0\r\n"), std::string::npos);
  EXPECT_EQ(hits(proxy, LimitHit::request_body), 1U);
}

TEST(Limits, LastRequestOfAConnectionIsToldSo) {
  ScriptedOrigin origin(fine());
  auto config = proxy_config(origin.port());
  config.downstream.requests_per_connection_max = 3;
  RunningProxy proxy(config);
  RawClient client(proxy.port());
  for (int i = 1; i <= 3; ++i) {
    client.send(kGet);
    const auto response = client.read_response();
    EXPECT_EQ(status_of(response), 200U);
    EXPECT_EQ(response.find("Connection: close") != std::string::npos, i == 3);
  }
  EXPECT_TRUE(client.wait_for_close());
  EXPECT_EQ(hits(proxy, LimitHit::requests_per_connection), 1U);
}

TEST(Limits, ConnectionsOfOneClientOverItsLimitGet503) {
  ScriptedOrigin origin(fine());
  auto config = proxy_config(origin.port());
  config.downstream.connections_per_client_max = 2;
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
  EXPECT_EQ(hits(proxy, LimitHit::connections_per_client), 1U);
  clients.pop_front();
  EXPECT_TRUE(eventually([&] {
    RawClient again(proxy.port());
    again.send(kGet);
    return status_of(again.read_response()) == 200U;
  }));
}

TEST(Limits, RequestsInFlightOverTheLimitGet503AndTheirConnectionStays) {
  std::promise<void> answer;
  ScriptedOrigin origin([waiting = answer.get_future().share()](OriginConnection& connection) {
    while (!connection.read_request().empty()) {
      waiting.wait();
      connection.send(ScriptedOrigin::ok("x"));
    }
  });
  auto config = proxy_config(origin.port());
  config.downstream.in_flight_max = 1;
  RunningProxy proxy(config);
  RawClient first(proxy.port());
  first.send(kGet);
  ASSERT_TRUE(origin.wait_for_requests(1));
  RawClient second(proxy.port());
  second.send("POST /a HTTP/1.1\r\nHost: shop\r\nContent-Length: 2\r\n\r\nhi");
  const auto shed = second.read_response();
  EXPECT_EQ(status_of(shed), 503U);
  EXPECT_NE(shed.find("Retry-After: 1"), std::string::npos);
  EXPECT_EQ(shed.find("Connection: close"), std::string::npos);
  answer.set_value();
  EXPECT_EQ(status_of(first.read_response()), 200U);
  ASSERT_TRUE(eventually([&] { return proxy.counters().requests_in_flight.value() == 0; }));
  second.send(kGet);
  EXPECT_EQ(status_of(second.read_response()), 200U) << "recovered at once, on the same connection";
  EXPECT_EQ(hits(proxy, LimitHit::in_flight), 1U);
  EXPECT_TRUE(eventually([&] { return proxy.counters().requests_in_flight.value() == 0; }));
  EXPECT_EQ(origin.requests().size(), 2U);
}

TEST(Limits, ClientThatAsksAgainAtOnceIsRefusedAgainOnTheSameConnection) {
  ScriptedOrigin origin(ScriptedOrigin::hangs());
  auto config = proxy_config(origin.port());
  config.downstream.in_flight_max = 1;
  RunningProxy proxy(config);
  RawClient first(proxy.port());
  first.send(kGet);
  ASSERT_TRUE(origin.wait_for_connections(1));
  RawClient second(proxy.port());
  for (int i = 0; i < 2; ++i) {
    second.send(kGet);
    EXPECT_EQ(status_of(second.read_response()), 503U);
  }
  EXPECT_EQ(hits(proxy, LimitHit::in_flight), 2U);
}

TEST(Limits, TunnelsAreNotInFlight) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    if (connection.read_until("\r\n\r\n").starts_with("GET /chat"))
      connection.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
    else
      connection.send(ScriptedOrigin::ok("x"));
    connection.stall();
  });
  auto config = proxy_config(origin.port());
  config.downstream.in_flight_max = 1;
  RunningProxy proxy(config);
  RawClient tunnel(proxy.port());
  tunnel.send("GET /chat HTTP/1.1\r\nHost: s\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
  EXPECT_EQ(status_of(tunnel.read_until("\r\n\r\n")), 101U);
  RawClient client(proxy.port());
  client.send(kGet);
  EXPECT_EQ(status_of(client.read_response()), 200U);
}

TEST(Limits, WholeRequestTimeIs504BeforeTheHead) {
  ScriptedOrigin origin(ScriptedOrigin::hangs());
  auto config = proxy_config(origin.port());
  config.downstream.timeouts.request = std::chrono::milliseconds(200);
  RunningProxy proxy(config);
  RawClient client(proxy.port());
  client.send(kGet);
  EXPECT_EQ(status_of(client.read_response()), 504U);
  EXPECT_EQ(hits(proxy, TimeoutHit::request), 1U);
}

TEST(Limits, WholeRequestTimeCutsABodyThatTrickles) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (connection.send("1\r\nx\r\n")) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  });
  auto config = proxy_config(origin.port());
  config.downstream.timeouts.request = std::chrono::milliseconds(300);
  RunningProxy proxy(config);
  RawClient client(proxy.port());
  client.send(kGet);
  const auto response = client.read_until_close();
  EXPECT_EQ(status_of(response), 200U);
  EXPECT_FALSE(response.ends_with("0\r\n\r\n"));
}

TEST(Limits, PrimaryThatCannotBeReachedInTimeIs504) {
  // A backlog of one that is full: further connects hang, as to a host that drops packets.
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto port = bind_loopback(listener);
  ASSERT_EQ(::listen(listener, 0), 0);
  std::list<int> fillers;
  const auto address = loopback(port);
  for (int i = 0; i < 4; ++i) {
    fillers.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    [[maybe_unused]] const int begun = ::connect(fillers.back(), address.get(), address.size());
  }
  auto config = proxy_config(port);
  config.downstream.timeouts.connect = std::chrono::milliseconds(200);
  {
    RunningProxy proxy(config);
    RawClient client(proxy.port());
    client.send(kGet);
    EXPECT_EQ(status_of(client.read_response()), 504U);
    EXPECT_EQ(hits(proxy, TimeoutHit::connect), 1U);
  }
  for (const int filler : fillers) ::close(filler);
  ::close(listener);
}

TEST(Limits, ClientThatDoesNotReadIsEndedAndTheOriginIsFree) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
    while (connection.send(std::string(100'000, 'x'))) {
    }
  });
  auto config = proxy_config(origin.port());
  config.downstream.timeouts.body_idle = std::chrono::milliseconds(300);
  RunningProxy proxy(config);
  RawClient client(proxy.port());
  client.send(kGet);
  EXPECT_TRUE(origin.wait_for_finished(1));
  EXPECT_TRUE(eventually([&] { return proxy.counters().connections_active.value() == 0; }));
  EXPECT_EQ(hits(proxy, TimeoutHit::body_idle), 1U);
}

TEST(Limits, TricklingClientsDoNotHoldUpOthers) {
  ScriptedOrigin origin(fine());
  RunningProxy proxy(origin);
  std::list<RawClient> trickling;
  for (int i = 0; i < 200; ++i) {
    auto& client = trickling.emplace_back(proxy.port());
    client.send(i % 2 == 0 ? "GET / HTTP/1.1\r\nHo"
                           : "POST / HTTP/1.1\r\nHost: s\r\nContent-Length: 1000\r\n\r\nx");
  }
  RawClient quick(proxy.port());
  for (int i = 0; i < 200; ++i) {
    quick.send(kGet);
    ASSERT_EQ(status_of(quick.read_response()), 200U);
  }
}

}  // namespace
}  // namespace understudy::test
