#include "tests/component/proxy/running_proxy.hpp"
#include "tests/support/raw_client.hpp"

#include <gtest/gtest.h>

namespace understudy::test {
namespace {

/// The value of a field as it stands in raw bytes; empty when it is not there.
std::string field(const std::string& message, const std::string& name) {
  const auto at = message.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const auto begin = at + name.size() + 4;
  return message.substr(begin, message.find("\r\n", begin) - begin);
}

TEST(Ids, OriginGetsThemAndEachRequestItsOwn) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("x")}));
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  for (int i = 0; i < 2; ++i) {
    client.send(kGet);
    client.read_response();
  }
  const auto requests = origin.requests();
  EXPECT_EQ(field(requests[0], "X-Request-Id").size(), 32U);
  EXPECT_EQ(field(requests[0], "traceparent").size(), 55U);
  EXPECT_NE(field(requests[0], "X-Request-Id"), field(requests[1], "X-Request-Id"));
  EXPECT_NE(field(requests[0], "traceparent"), field(requests[1], "traceparent"));
}

TEST(Ids, ClientsOwnIdsPassThroughAndAnswerOurErrors) {
  RunningProxy proxy(proxy_config(unused_port()));
  RawClient client(proxy.port());
  client.send("GET / HTTP/1.1\r\nHost: s\r\nX-Request-Id: mine-7\r\n\r\n");
  const auto response = client.read_response();
  EXPECT_EQ(status_of(response), 502U);
  EXPECT_EQ(field(response, "X-Request-Id"), "mine-7");
}

TEST(Ids, RefusedRequestsGetOneToo) {
  ScriptedOrigin origin(ScriptedOrigin::hangs());
  RunningProxy proxy(origin);
  const auto response = RawClient::exchange(proxy.port(), "BROKEN\r\n\r\n");
  EXPECT_EQ(status_of(response), 400U);
  EXPECT_EQ(field(response, "X-Request-Id").size(), 32U);
}

TEST(Ids, ConnectionCannotStripThem) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("x")}));
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send(
      "GET / HTTP/1.1\r\nHost: s\r\nConnection: x-request-id, traceparent\r\nX-Request-Id: mine\r\n\r\n");
  client.read_response();
  EXPECT_EQ(field(origin.requests()[0], "X-Request-Id"), "mine");
  EXPECT_EQ(field(origin.requests()[0], "traceparent").size(), 55U);
}

TEST(Loop, RequestThatComesBackIs508) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("x")}));
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send(kGet);
  client.read_response();
  const auto via = field(origin.requests()[0], "Via");
  EXPECT_NE(via.find("understudy-"), std::string::npos);
  client.send("GET / HTTP/1.1\r\nHost: s\r\nVia: " + via + "\r\n\r\n");
  EXPECT_EQ(status_of(client.read_response()), 508U);
  EXPECT_EQ(origin.requests().size(), 1U);
}

TEST(Loop, SecondProxyInARowIsNone) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("x")}));
  auto inner_config = proxy_config(origin.port());
  inner_config.downstream.instance = "inner";
  RunningProxy inner(inner_config);
  RunningProxy outer(proxy_config(inner.port()));
  RawClient client(outer.port());
  client.send(kGet);
  EXPECT_EQ(status_of(client.read_response()), 200U);
  EXPECT_NE(field(origin.requests()[0], "Via").find(", 1.1 understudy-inner"), std::string::npos);
}

TEST(Forwarded, ReplaceDropsWhatTheClientClaims) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("x")}));
  auto config = proxy_config(origin.port());
  config.downstream.forwarded = {http::ForwardedPolicy::Mode::replace, true, true};
  RunningProxy proxy(config);
  RawClient client(proxy.port());
  client.send(
      "GET / HTTP/1.1\r\nHost: s\r\nX-Forwarded-For: 1.2.3.4\r\nForwarded: for=1.2.3.4\r\nX-Real-IP: "
      "1.2.3.4\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Port: 99\r\n\r\n");
  client.read_response();
  const auto request = origin.requests()[0];
  EXPECT_EQ(request.find("1.2.3.4"), std::string::npos);
  EXPECT_EQ(request.find("X-Forwarded-Port"), std::string::npos);
  EXPECT_EQ(field(request, "X-Forwarded-For"), "127.0.0.1");
  EXPECT_EQ(field(request, "X-Forwarded-Proto"), "http");
  EXPECT_EQ(field(request, "Forwarded"), "for=127.0.0.1;proto=http;host=s");
}

TEST(MaxForwards, SpentOptionsIsAnsweredByTheProxy) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("x")}));
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  client.send("OPTIONS * HTTP/1.1\r\nHost: s\r\nMax-Forwards: 0\r\n\r\n");
  EXPECT_EQ(status_of(client.read_response()), 200U);
  EXPECT_EQ(origin.connections(), 0U);
  client.send(kGet);
  EXPECT_EQ(status_of(client.read_response()), 200U) << "the connection goes on";
}

}  // namespace
}  // namespace understudy::test
