#include "tests/component/proxy/running_proxy.hpp"
#include "tests/support/raw_client.hpp"

#include <gtest/gtest.h>

namespace understudy::test {
namespace {

using proxy::LocalReply;
using proxy::PrimaryError;

constexpr std::string_view kPost = "POST /a HTTP/1.1\r\nHost: shop\r\nContent-Length: 2\r\n\r\nhi";

std::uint64_t count(const RunningProxy& proxy, LocalReply reply) {
  return proxy.counters().local_replies[static_cast<std::size_t>(reply)].value();
}

std::uint64_t count(const RunningProxy& proxy, PrimaryError error) {
  return proxy.counters().primary_errors[static_cast<std::size_t>(error)].value();
}

TEST(PrimaryFailure, NobodyListeningIs502AndTheConnectionStays) {
  RunningProxy proxy(proxy_config(unused_port()));
  RawClient client(proxy.port());
  for (int i = 0; i < 2; ++i) {
    client.send(kGet);
    const auto response = client.read_response();
    EXPECT_EQ(status_of(response), 502U);
    EXPECT_NE(response.find("Content-Type: text/plain"), std::string::npos);
  }
  EXPECT_EQ(count(proxy, LocalReply::primary_unreachable), 2U);
  EXPECT_EQ(count(proxy, PrimaryError::connect_failed), 2U);
}

TEST(PrimaryFailure, UnreachablePrimaryDoesNotStrandAnUpload) {
  RunningProxy proxy(proxy_config(unused_port()));
  RawClient client(proxy.port());
  client.send("POST / HTTP/1.1\r\nHost: s\r\nContent-Length: 1000000\r\n\r\n" + std::string(100'000, 'x'));
  const auto response = client.read_response();
  EXPECT_EQ(status_of(response), 502U);
  EXPECT_NE(response.find("Connection: close"), std::string::npos);
}

TEST(PrimaryFailure, ClosingWithoutAWordIs502) {
  ScriptedOrigin origin([](OriginConnection& connection) { connection.read_request(); });
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send(kGet);
  EXPECT_EQ(status_of(client.read_response()), 502U);
  EXPECT_EQ(origin.requests().size(), 1U) << "a fresh connection deserves no retry";
}

TEST(PrimaryFailure, HeadRequestsGetNoBodyFromUsEither) {
  RunningProxy proxy(proxy_config(unused_port()));
  EXPECT_EQ(
      body_of(RawClient::exchange(proxy.port(), "HEAD / HTTP/1.1\r\nHost: s\r\nConnection: close\r\n\r\n")),
      "");
}

TEST(PrimaryFailure, NonsenseIs502AndTheConnectionIsNotUsedAgain) {
  ScriptedOrigin origin(ScriptedOrigin::answers({"220 smtp.example ESMTP\r\n"}));
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  for (int i = 0; i < 2; ++i) {
    client.send(kGet);
    EXPECT_EQ(status_of(client.read_response()), 502U);
  }
  EXPECT_EQ(origin.connections(), 2U);
  EXPECT_EQ(count(proxy, PrimaryError::bad_response), 2U);
}

TEST(PrimaryFailure, SilenceIs504) {
  ScriptedOrigin origin(ScriptedOrigin::hangs());
  auto config = proxy_config(origin.port());
  config.downstream.timeouts.response = std::chrono::milliseconds(200);
  RunningProxy proxy(config);
  RawClient client(proxy.port());
  client.send(kPost);
  const auto response = client.read_response();
  EXPECT_EQ(status_of(response), 504U);
  EXPECT_NE(response.find("Connection: close"), std::string::npos);
  EXPECT_EQ(count(proxy, PrimaryError::response_timeout), 1U);
}

TEST(PrimaryFailure, BodyCutShortIsAVisibleAbortWithContentLength) {
  ScriptedOrigin origin(ScriptedOrigin::Script([](OriginConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour");
  }));
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send(kGet);
  EXPECT_EQ(body_of(client.read_until_close()), "four");
  EXPECT_EQ(count(proxy, PrimaryError::closed_early), 1U);
}

TEST(PrimaryFailure, BodyCutShortIsAVisibleAbortWithChunked) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n");
  });
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send(kGet);
  const auto response = client.read_until_close();
  EXPECT_NE(response.find("four"), std::string::npos);
  EXPECT_EQ(response.find("0\r\n\r\n"), std::string::npos) << "the last chunk would be a clean end";
}

TEST(PrimaryFailure, BrokenChunksAfterTheHeadAreAnAbort) {
  ScriptedOrigin origin(ScriptedOrigin::answers(
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\nXYZ\r\n0\r\n\r\n"}));
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send(kGet);
  EXPECT_EQ(client.read_until_close().find("0\r\n\r\n"), std::string::npos);
  EXPECT_EQ(count(proxy, PrimaryError::bad_response), 1U);
}

TEST(PrimaryFailure, StalledBodyIsCutAfterTheIdleTimeout) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour");
    connection.stall();
  });
  auto config = proxy_config(origin.port());
  config.downstream.timeouts.body_idle = std::chrono::milliseconds(200);
  RunningProxy proxy(config);
  RawClient client(proxy.port());
  client.send(kGet);
  EXPECT_EQ(body_of(client.read_until_close()), "four");
  EXPECT_EQ(count(proxy, PrimaryError::body_timeout), 1U);
}

/// The second request of a connection is read and then dropped: a server's idle timeout that crossed our
/// request.
ScriptedOrigin::Script closes_on_second_request() {
  return [](OriginConnection& connection) {
    connection.read_request();
    connection.send(ScriptedOrigin::ok("fine"));
    connection.read_request();
  };
}

TEST(Retry, IdempotentRequestOnAStaleConnectionIsRepeatedOnce) {
  ScriptedOrigin origin(closes_on_second_request());
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  for (int i = 0; i < 2; ++i) {
    client.send(kGet);
    EXPECT_EQ(status_of(client.read_response()), 200U);
  }
  EXPECT_EQ(origin.requests().size(), 3U);
  EXPECT_EQ(proxy.counters().upstream_retries.value(), 1U);
}

TEST(Retry, IdempotentRequestWithABodyInTheBufferIsRepeatedWhole) {
  ScriptedOrigin origin(closes_on_second_request());
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  for (int i = 0; i < 2; ++i) {
    client.send("PUT /a HTTP/1.1\r\nHost: shop\r\nContent-Length: 2\r\n\r\nhi");
    EXPECT_EQ(status_of(client.read_response()), 200U);
  }
  EXPECT_EQ(body_of(origin.requests().back()), "hi");
}

TEST(Retry, PostIsNeverRepeated) {
  ScriptedOrigin origin(closes_on_second_request());
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send(kPost);
  EXPECT_EQ(status_of(client.read_response()), 200U);
  client.send(kPost);
  EXPECT_EQ(status_of(client.read_response()), 502U);
  EXPECT_EQ(origin.requests().size(), 2U);
}

TEST(Retry, NothingIsRepeatedOnceAByteOfTheResponseCame) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    connection.read_request();
    connection.send(ScriptedOrigin::ok("fine"));
    connection.read_request();
    connection.send("HTTP/1.1 2");
  });
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send(kGet);
  EXPECT_EQ(status_of(client.read_response()), 200U);
  client.send(kGet);
  EXPECT_EQ(status_of(client.read_response()), 502U);
  EXPECT_EQ(origin.requests().size(), 2U);
}

TEST(Retry, ConnectionThatTheOriginClosedWhileIdleIsNotUsed) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    connection.read_request();
    connection.send(ScriptedOrigin::ok("fine"));
  });
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send(kPost);
  EXPECT_EQ(status_of(client.read_response()), 200U);
  ASSERT_TRUE(eventually([&] { return origin.wait_for_connections(1); }));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // the origin's close is on its way
  client.send(kPost);
  EXPECT_EQ(status_of(client.read_response()), 200U);
  EXPECT_EQ(proxy.counters().upstream_retries.value(), 0U);
}

}  // namespace
}  // namespace understudy::test
