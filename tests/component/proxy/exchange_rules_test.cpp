#include "tests/component/proxy/running_proxy.hpp"
#include "tests/support/raw_client.hpp"

#include <cerrno>
#include <future>

#include <gtest/gtest.h>

namespace understudy::test {
namespace {

constexpr std::string_view kExpecting =
    "PUT / HTTP/1.1\r\nHost: s\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n";

/// Answers the very first request with these bytes, and every other with "clean".
ScriptedOrigin::Script first_then_clean(std::string first) {
  return [first](OriginConnection& connection) {
    if (connection.index() == 0) {
      connection.read_request();
      connection.send(first);
    }
    while (!connection.read_request().empty()) connection.send(ScriptedOrigin::ok("clean"));
  };
}

/// How a connection ends: 0 for a clean end, else the error number.
int end_of(RawClient& client) {
  char bytes[4096];
  for (;;) {
    const auto got = ::recv(client.descriptor(), bytes, sizeof bytes, 0);
    if (got > 0) continue;
    return got == 0 ? 0 : errno;
  }
}

TEST(Expect, ClientThatNeverSendsItsBodyIs408) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    connection.read_until("\r\n\r\n");
    connection.send("HTTP/1.1 100 Continue\r\n\r\n");
    connection.stall();
  });
  auto config = proxy_config(origin.port());
  config.downstream.timeouts.body_idle = std::chrono::milliseconds(200);
  RunningProxy proxy(config);
  RawClient client(proxy.port());
  client.send(kExpecting);
  EXPECT_EQ(status_of(client.read_until("\r\n\r\n")), 100U);
  EXPECT_EQ(status_of(client.read_response()), 408U);
}

TEST(Expect, NoContinueIsInvented) {
  std::promise<void> looked;
  ScriptedOrigin origin([&](OriginConnection& connection) {
    connection.read_until("\r\n\r\n");
    looked.get_future().wait();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    connection.stall();
  });
  RunningProxy proxy(origin);
  RawClient client(proxy.port(), std::chrono::milliseconds(200));
  client.send(kExpecting);
  ASSERT_TRUE(origin.wait_for_connections(1));
  EXPECT_FALSE(client.read_some()) << "nothing until the origin has said something";
  looked.set_value();
  EXPECT_EQ(status_of(client.read_until("\r\n\r\n")), 200U);
}

TEST(Expect, UnknownExpectationIsTheOriginsToRefuse) {
  ScriptedOrigin origin(
      ScriptedOrigin::answers({"HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n"}));
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send("GET / HTTP/1.1\r\nHost: s\r\nExpect: the-spanish-inquisition\r\n\r\n");
  EXPECT_EQ(status_of(client.read_response()), 417U);
  EXPECT_NE(origin.requests()[0].find("Expect: the-spanish-inquisition"), std::string::npos);
}

TEST(Expect, BodyAfterARefusalIsNotTakenForARequest) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    connection.read_until("\r\n\r\n");
    connection.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
    connection.stall();
  });
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: s\r\n\r\n";
  client.send("PUT / HTTP/1.1\r\nHost: s\r\nExpect: 100-continue\r\nContent-Length: " +
              std::to_string(smuggled.size()) + "\r\n\r\n");
  EXPECT_EQ(status_of(client.read_response()), 401U);
  client.send(smuggled);
  EXPECT_EQ(client.read_until_close(), "");
  EXPECT_EQ(proxy.counters().requests.value(), 1U);
}

TEST(Interim, FailureAfterAnInterimResponseIsStill502) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
  });
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send(kGet);
  EXPECT_EQ(status_of(client.read_until("\r\n\r\n")), 103U);
  EXPECT_EQ(status_of(client.read_response()), 502U);
}

struct Poisoned {
  std::string_view request;
  std::string response;  ///< with bytes behind it that nobody asked for
};

class ExtraBytes : public testing::TestWithParam<Poisoned> {};

TEST_P(ExtraBytes, BehindAResponseNeverReachTheNextRequest) {
  ScriptedOrigin origin(first_then_clean(GetParam().response));
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send(GetParam().request);
  EXPECT_NE(status_of(client.read_response(true)), 0U);
  for (int i = 0; i < 2; ++i) {
    client.send(kGet);
    EXPECT_EQ(body_of(client.read_response()), "clean");
  }
}

INSTANTIATE_TEST_SUITE_P(
    Responses, ExtraBytes,
    testing::Values(Poisoned{kGet, "HTTP/1.1 204 No Content\r\n\r\npoison"},
                    Poisoned{kGet, "HTTP/1.1 304 Not Modified\r\n\r\npoison"},
                    Poisoned{kGet, "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nX: poison\r\n\r\n"},
                    Poisoned{"HEAD / HTTP/1.1\r\nHost: s\r\n\r\n",
                             "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"}));

TEST(CutResponse, Http10ClientSeesAReset) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n");
  });
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(end_of(client), ECONNRESET) << "a clean end would look like the end of the body";
}

TEST(CutResponse, Http10ClientSeesAResetWhenTheProxyIsStopped) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.0 200 OK\r\n\r\nfour");
    connection.stall();
  });
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send("GET / HTTP/1.0\r\n\r\n");
  client.read_until("four");
  proxy.server().stop();
  EXPECT_EQ(end_of(client), ECONNRESET);
}

TEST(EarlyResponse, UploadGoesNoFurtherAndNeitherConnectionIsUsedAgain) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    connection.read_until("\r\n\r\n");
    connection.send(ScriptedOrigin::ok("enough"));
    connection.stall();
  });
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send("POST / HTTP/1.1\r\nHost: s\r\nContent-Length: 1000000\r\n\r\n" + std::string(1000, 'x'));
  EXPECT_EQ(body_of(client.read_response()), "enough");
  client.send(std::string(999'000, 'x') + std::string(kGet));
  client.shutdown_send();
  EXPECT_EQ(client.read_until_close(), "");
  RawClient next(proxy.port());
  next.send("POST / HTTP/1.1\r\nHost: s\r\nContent-Length: 1\r\n\r\nx");
  EXPECT_EQ(body_of(next.read_response()), "enough");
  EXPECT_EQ(origin.connections(), 2U);
}

TEST(EarlyResponse, OriginThatClosesWithoutReadingIsStillHeard) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    connection.read_until("\r\n\r\n");
    connection.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig");
    connection.shutdown_send();
    connection.stall();
  });
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send("POST / HTTP/1.1\r\nHost: s\r\nContent-Length: 100000000\r\n\r\n" + std::string(200'000, 'x'));
  EXPECT_EQ(status_of(client.read_response()), 413U);
}

TEST(HalfClose, UploadThenEndStillGetsItsAnswer) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    connection.read_request();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    connection.send(ScriptedOrigin::ok("received"));
    connection.stall();
  });
  RunningProxy proxy(origin);
  const auto response = RawClient::exchange(
      proxy.port(), "POST / HTTP/1.1\r\nHost: s\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n");
  EXPECT_EQ(body_of(response), "received");
}

TEST(HalfClose, PipelinedRequestsBeforeTheEndAreAllAnswered) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("1"), ScriptedOrigin::ok("2")}));
  RunningProxy proxy(origin);
  const auto responses = RawClient::exchange(proxy.port(), std::string(kGet) + std::string(kGet));
  EXPECT_TRUE(responses.ends_with("\r\n\r\n2")) << responses;
  EXPECT_NE(responses.find("\r\n\r\n1HTTP/1.1"), std::string::npos);
}

TEST(Pipelining, RequestsWithBodiesStayInOrderAndApart) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    for (auto request = connection.read_request(); !request.empty(); request = connection.read_request())
      connection.send(ScriptedOrigin::ok(body_of(request)));
  });
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  std::string requests;
  for (int i = 0; i < 50; ++i) {
    const std::string body = "body " + std::to_string(i);
    requests +=
        "POST / HTTP/1.1\r\nHost: s\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  client.send(requests);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(body_of(client.read_response()), "body " + std::to_string(i));
}

TEST(Pipelining, RequestBehindAClosingOneIsNotServed) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("1")}));
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send("GET / HTTP/1.1\r\nHost: s\r\nConnection: close\r\n\r\n" + std::string(kGet));
  EXPECT_TRUE(client.read_until_close().ends_with("\r\n\r\n1"));
  EXPECT_EQ(origin.requests().size(), 1U);
}

TEST(Http10, OriginThatClosesEndsTheBodyAndKeepsTheClient) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  for (int i = 0; i < 2; ++i) {
    client.send(kGet);
    EXPECT_EQ(body_of(client.read_response()), "ok");
  }
}

}  // namespace
}  // namespace understudy::test
