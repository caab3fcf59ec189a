#include "proxy/downstream/trickle_lane.hpp"
#include "tests/component/proxy/running_proxy.hpp"
#include "tests/support/raw_client.hpp"

#include <future>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace understudy::test {
namespace {

/// Bytes that no two offsets share, so that a lost or doubled piece shows.
std::string numbered(std::size_t bytes) {
  std::string out;
  out.reserve(bytes + 16);
  for (std::size_t i = 0; out.size() < bytes; ++i) out += std::to_string(i) + ",";
  out.resize(bytes);
  return out;
}

std::string chunked(std::string_view body, std::size_t piece) {
  std::string out;
  char size[32];
  while (!body.empty()) {
    const auto part = body.substr(0, piece);
    std::snprintf(size, sizeof size, "%zx\r\n", part.size());
    out.append(size).append(part).append("\r\n");
    body.remove_prefix(part.size());
  }
  return out + "0\r\n\r\n";
}

std::string unchunked(std::string_view wire) {
  std::string out;
  for (;;) {
    const auto size = std::stoul(std::string(wire.substr(0, wire.find("\r\n"))), nullptr, 16);
    wire.remove_prefix(wire.find("\r\n") + 2);
    if (size == 0) return out;
    out.append(wire.substr(0, size));
    wire.remove_prefix(size + 2);
  }
}

TEST(Relay, AnswersSeveralRequestsOverOneConnectionEachWay) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("one"), ScriptedOrigin::ok("two")}));
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send(kGet);
  EXPECT_EQ(body_of(client.read_response()), "one");
  client.send(kGet);
  EXPECT_EQ(body_of(client.read_response()), "two");
  EXPECT_EQ(origin.connections(), 1U);
  EXPECT_EQ(proxy.counters().upstream_connections_reused.value(), 1U);
}

TEST(Relay, PipelinedRequestsAreAnsweredInOrder) {
  ScriptedOrigin origin(
      ScriptedOrigin::answers({ScriptedOrigin::ok("1"), ScriptedOrigin::ok("2"), ScriptedOrigin::ok("3")}));
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send(std::string(kGet) + std::string(kGet) + std::string(kGet));
  EXPECT_EQ(body_of(client.read_response()), "1");
  EXPECT_EQ(body_of(client.read_response()), "2");
  EXPECT_EQ(body_of(client.read_response()), "3");
}

TEST(Relay, HalfClosedClientStillGetsItsAnswer) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("late")}));
  RunningProxy proxy(origin);
  EXPECT_EQ(body_of(RawClient::exchange(proxy.port(), kGet)), "late");
}

TEST(Relay, LargeBodiesWithContentLengthAreByteExactBothWays) {
  const auto body = numbered(50'000'000);
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  ScriptedOrigin origin([&](OriginConnection& connection) {
    const auto request = connection.read_request();
    EXPECT_TRUE(body_of(request) == body);
    connection.send(head + body);
    connection.stall();
  });
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send("POST /u HTTP/1.1\r\nHost: s\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n");
  EXPECT_TRUE(client.send(body));
  const auto response = client.read_response();
  EXPECT_EQ(status_of(response), 200U);
  EXPECT_TRUE(body_of(response) == body);
}

TEST(Relay, LargeChunkedBodiesAreByteExactBothWays) {
  const auto body = numbered(20'000'000);
  ScriptedOrigin origin([&](OriginConnection& connection) {
    const auto request = connection.read_request();
    EXPECT_TRUE(unchunked(body_of(request)) == body);
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(body, 70'001));
    connection.read_request();
    connection.send(ScriptedOrigin::ok("next"));
    connection.stall();
  });
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send("POST /u HTTP/1.1\r\nHost: s\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_TRUE(client.send(chunked(body, 9'999)));
  EXPECT_TRUE(unchunked(body_of(client.read_response())) == body);
  client.send(kGet);
  EXPECT_EQ(body_of(client.read_response()), "next") << "both connections persist after chunked bodies";
  EXPECT_EQ(origin.connections(), 1U);
}

TEST(Relay, ManySmallChunksComeThroughWhole) {
  const auto body = numbered(100'000);
  ScriptedOrigin origin([&](OriginConnection& connection) {
    EXPECT_TRUE(unchunked(body_of(connection.read_request())) == body);
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(body, 3));
    connection.stall();
  });
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send("POST /u HTTP/1.1\r\nHost: s\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(body, 1));
  EXPECT_TRUE(unchunked(body_of(client.read_response())) == body);
}

TEST(Relay, ResponsePiecesArriveAsTheOriginSendsThem) {
  std::promise<void> seen;
  ScriptedOrigin origin([&](OriginConnection& connection) {
    connection.read_request();
    connection.send(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: "
        "chunked\r\n\r\n5\r\nfirst\r\n");
    seen.get_future().wait();
    connection.send("0\r\n\r\n");
    connection.stall();
  });
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send(kGet);
  EXPECT_NE(client.read_until("first").find("first"), std::string::npos);
  seen.set_value();
  EXPECT_NE(client.read_until("0\r\n\r\n").find("0\r\n\r\n"), std::string::npos);
}

TEST(Relay, UntilCloseBodyBecomesChunkedForHttp11) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.0 200 OK\r\n\r\nall of it");
  });
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send(kGet);
  const auto response = client.read_response();
  EXPECT_NE(response.find("Transfer-Encoding: chunked"), std::string::npos);
  EXPECT_EQ(unchunked(body_of(response)), "all of it");
  client.send(kGet);
  EXPECT_EQ(unchunked(body_of(client.read_response())), "all of it");
  EXPECT_EQ(origin.connections(), 2U);
}

TEST(Relay, ChunkedBodyEndsWithTheConnectionForHttp10) {
  ScriptedOrigin origin(ScriptedOrigin::answers(
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n"}));
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send("GET / HTTP/1.0\r\n\r\n");
  const auto response = client.read_until_close();
  EXPECT_EQ(response.find("Transfer-Encoding"), std::string::npos);
  EXPECT_EQ(body_of(response), "abcd");
}

TEST(Relay, Http10ClientThatAsksForItIsKept) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("x")}));
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  for (int i = 0; i < 2; ++i) {
    client.send("GET / HTTP/1.0\r\nHost: s\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_NE(client.read_response().find("Connection: keep-alive"), std::string::npos);
  }
}

TEST(Relay, HeadKeepsTheLengthAndSendsNoBody) {
  ScriptedOrigin origin(ScriptedOrigin::answers({"HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n"}));
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  for (int i = 0; i < 2; ++i) {
    client.send("HEAD / HTTP/1.1\r\nHost: s\r\n\r\n");
    EXPECT_NE(client.read_response(true).find("Content-Length: 1234"), std::string::npos);
  }
  EXPECT_EQ(origin.connections(), 1U);
}

TEST(Relay, ExtraBytesAfterAResponseEndTheUpstreamConnection) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    connection.read_request();
    connection.send(ScriptedOrigin::ok("good") + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");
    connection.stall();
  });
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  for (int i = 0; i < 2; ++i) {
    client.send(kGet);
    EXPECT_EQ(body_of(client.read_response()), "good");
  }
  EXPECT_EQ(origin.connections(), 2U);
}

TEST(Relay, InterimResponsesArePassedOnBeforeTheFinalOne) {
  ScriptedOrigin origin(ScriptedOrigin::answers(
      {"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + ScriptedOrigin::ok("final")}));
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send(kGet);
  const auto interim = client.read_until("\r\n\r\n");
  EXPECT_EQ(status_of(interim), 103U);
  EXPECT_NE(interim.find("Link: </a.css>"), std::string::npos);
  EXPECT_EQ(body_of(client.read_response()), "final");
  client.send("GET / HTTP/1.0\r\nHost: s\r\n\r\n");
  EXPECT_EQ(status_of(client.read_until_close()), 200U) << "an HTTP/1.0 client gets no interim response";
}

TEST(Relay, ExpectContinueIsTheOriginsToAnswer) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    EXPECT_NE(connection.read_until("\r\n\r\n").find("100-continue"), std::string::npos);
    connection.send("HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_EQ(connection.read_exactly(4), "body");
    connection.send(ScriptedOrigin::ok("thanks"));
    connection.stall();
  });
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send("PUT / HTTP/1.1\r\nHost: s\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  EXPECT_EQ(status_of(client.read_until("\r\n\r\n")), 100U);
  client.send("body");
  EXPECT_EQ(body_of(client.read_response()), "thanks");
}

TEST(Relay, FinalAnswerInsteadOfContinueEndsBothConnections) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    connection.read_until("\r\n\r\n");
    connection.send("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n");
    connection.stall();
  });
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send("PUT / HTTP/1.1\r\nHost: s\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  const auto response = client.read_response();
  EXPECT_EQ(status_of(response), 417U);
  EXPECT_NE(response.find("Connection: close"), std::string::npos);
  client.shutdown_send();
  EXPECT_TRUE(client.wait_for_close());
  EXPECT_EQ(proxy.counters().upstream_connections_reused.value(), 0U);
}

TEST(Relay, EarlyResponseReachesAClientThatIsStillUploading) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    connection.read_until("\r\n\r\n");
    connection.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig");
    connection.stall();
  });
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send("POST / HTTP/1.1\r\nHost: s\r\nContent-Length: 100000000\r\n\r\n" + std::string(300'000, 'x'));
  const auto response = client.read_response();
  EXPECT_EQ(status_of(response), 413U);
  EXPECT_EQ(body_of(response), "big");
  EXPECT_NE(response.find("Connection: close"), std::string::npos);
}

TEST(Relay, SlowUploadsThatSpeakAtTheSameInstantComeThroughWhole) {
  constexpr std::size_t clients_max = 8;
  auto echo = [](OriginConnection& connection) {
    connection.send(ScriptedOrigin::ok(body_of(connection.read_request())));
  };
  ScriptedOrigin origin(echo);
  RunningProxy proxy(origin);
  std::vector<std::unique_ptr<RawClient>> clients;
  for (std::size_t i = 0; i < clients_max; ++i) {
    clients.push_back(std::make_unique<RawClient>(proxy.port()));
    clients.back()->send("POST / HTTP/1.1\r\nHost: s\r\nContent-Length: 3\r\n\r\n");
  }
  ASSERT_TRUE(origin.wait_for_connections(clients_max));
  for (const auto& client : clients) client->send("a");
  // What makes the next pieces those of slow clients.
  std::this_thread::sleep_for(proxy::TrickleLane::kSilence + std::chrono::milliseconds(50));
  for (const auto& client : clients) client->send("b");
  for (const auto& client : clients) client->send("c");
  for (const auto& client : clients) EXPECT_EQ(body_of(client->read_response()), "abc");
}

TEST(Relay, TrailersGoToAClientThatAskedForThem) {
  ScriptedOrigin origin(
      ScriptedOrigin::answers({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-Sum: "
                               "7\r\nContent-Length: 9\r\n\r\n"}));
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send("GET / HTTP/1.1\r\nHost: s\r\nTE: trailers\r\nConnection: TE\r\n\r\n");
  const auto with = client.read_response();
  EXPECT_NE(with.find("X-Sum: 7\r\n"), std::string::npos);
  EXPECT_EQ(with.find("Content-Length"), std::string::npos) << "a framing field is no trailer";
  client.send(kGet);
  EXPECT_EQ(client.read_response().find("X-Sum"), std::string::npos);
}

}  // namespace
}  // namespace understudy::test
