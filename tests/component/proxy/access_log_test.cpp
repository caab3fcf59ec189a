#include "tests/component/proxy/running_proxy.hpp"
#include "tests/support/raw_client.hpp"
#include "tests/support/temporary_directory.hpp"

#include <algorithm>
#include <cctype>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace understudy::test {
namespace {

constexpr std::string_view kGetWithSecret = "GET /a?token=secret HTTP/1.1\r\nHost: shop\r\n\r\n";
constexpr const char* kFormat =
    "{method} {path} {protocol} {status} {outcome} {reason} {retries} in={bytes_in} out={bytes_out} "
    "up={upstream} id={request_id} trace={trace_id} reused={upstream_reused}";

/// A proxy with an access log in a file of its own.
class Logged {
 public:
  explicit Logged(std::uint16_t primary_port, const char* format = kFormat)
      : config(proxy_config(primary_port)) {
    config.access_log =
        proxy::AccessLogOptions{(directory_ / "log").string(), proxy::LineFormat::parse(format).value(), 1.0};
  }

  RunningProxy& start() { return proxy_.emplace(config); }
  /// What is in the log when there are `count` lines.
  std::vector<std::string> lines(std::size_t count) {
    std::vector<std::string> found;
    eventually([&] {
      found.clear();
      const auto text = read_file(directory_ / "log");
      for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1)
        found.push_back(text.substr(at, text.find('\n', at) - at));
      return found.size() >= count;
    });
    return found;
  }
  std::string line() {
    const auto all = lines(1);
    return all.empty() ? "" : all.front();
  }

  proxy::ProxyConfig config;

 private:
  TemporaryDirectory directory_;
  std::optional<RunningProxy> proxy_;
};

bool has(const std::string& line, std::string_view part) { return line.find(part) != std::string::npos; }

TEST(AccessLines, AnAnsweredRequestHasItsWholeStory) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("hello")}));
  Logged logged(origin.port());
  RawClient client(logged.start().port());
  client.send(kGetWithSecret);
  const auto response = client.read_response();
  const auto line = logged.line();
  EXPECT_TRUE(line.starts_with("GET /a HTTP/1.1 200 ok - 0 ")) << line;
  EXPECT_TRUE(has(line, "in=" + std::to_string(kGetWithSecret.size()) + " ")) << line;
  EXPECT_TRUE(has(line, "out=" + std::to_string(response.size()) + " ")) << line;
  EXPECT_TRUE(has(line, ":" + std::to_string(origin.port()))) << "the primary's address: " << line;
  EXPECT_FALSE(has(line, "secret")) << line;
  EXPECT_FALSE(has(line, "id=- ")) << line;
  EXPECT_FALSE(has(line, "trace=- ")) << line;
}

TEST(AccessLines, IdsAreTheOnesThatThePrimaryGets) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("hello")}));
  Logged logged(origin.port(), "{request_id} {trace_id}");
  RawClient client(logged.start().port());
  client.send(
      "GET / HTTP/1.1\r\nHost: s\r\nX-Request-Id: order-17\r\ntraceparent: "
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\n");
  client.read_response();
  EXPECT_EQ(logged.line(), "order-17 0af7651916cd43dd8448eb211c80319c");
}

TEST(AccessLines, PersonalDataInAPathIsScrubbed) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("hello")}));
  Logged logged(origin.port());
  RawClient client(logged.start().port());
  client.send(
      "GET /users/jane.doe@corp.example/orders HTTP/1.1\r\nHost: s\r\nX-Request-Id: "
      "jane.doe@corp.example\r\n\r\n");
  EXPECT_EQ(status_of(client.read_response()), 200U);
  const auto line = logged.line();
  EXPECT_TRUE(line.starts_with("GET /users/")) << line;
  EXPECT_FALSE(has(line, "jane")) << line;
}

TEST(AccessLines, BodiesOfBothWaysAreCounted) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok(std::string(100'000, 'd'))}));
  Logged logged(origin.port(), "{bytes_in} {bytes_out}");
  RawClient client(logged.start().port());
  const auto request =
      "POST / HTTP/1.1\r\nHost: s\r\nContent-Length: 300000\r\n\r\n" + std::string(300'000, 'u');
  client.send(request);
  const auto response = client.read_response();
  EXPECT_EQ(logged.line(), std::to_string(request.size()) + " " + std::to_string(response.size()));
}

TEST(AccessLines, RequestsOfOneConnectionAreKeptApart) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("hello")}));
  Logged logged(origin.port(), "{path} {bytes_in} {connection_id} {upstream_reused}");
  RawClient client(logged.start().port());
  client.send("GET /1 HTTP/1.1\r\nHost: s\r\n\r\nGET /22 HTTP/1.1\r\nHost: s\r\n\r\n");
  client.read_response();
  client.read_response();
  const auto lines = logged.lines(2);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_TRUE(lines[0].starts_with("/1 28 ") && lines[0].ends_with(" false")) << lines[0];
  EXPECT_TRUE(lines[1].starts_with("/22 29 ") && lines[1].ends_with(" true")) << lines[1];
}

TEST(AccessLines, ARefusedHeadHasALineWithoutItsBytes) {
  ScriptedOrigin origin(ScriptedOrigin::hangs());
  Logged logged(origin.port());
  RawClient client(logged.start().port());
  client.send("GET /secret HTTP/1.1\r\nHost: s\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(status_of(client.read_response()), 400U);
  const auto line = logged.line();
  EXPECT_TRUE(line.starts_with("- - - 400 local_reply malformed_request 0 ")) << line;
  EXPECT_FALSE(has(line, "secret")) << line;
}

TEST(AccessLines, TooManyFieldsAre431) {
  ScriptedOrigin origin(ScriptedOrigin::hangs());
  Logged logged(origin.port());
  RawClient client(logged.start().port());
  std::string head = "GET / HTTP/1.1\r\nHost: s\r\n";
  for (int i = 0; i < 400; ++i) head += "X-" + std::to_string(i) + ": v\r\n";
  client.send(head + "\r\n");
  EXPECT_EQ(status_of(client.read_response()), 431U);
  EXPECT_TRUE(has(logged.line(), " 431 local_reply malformed_request ")) << logged.line();
}

TEST(AccessLines, AHeadThatDoesNotArriveIs408) {
  ScriptedOrigin origin(ScriptedOrigin::hangs());
  Logged logged(origin.port());
  logged.config.downstream.timeouts.client_head = std::chrono::milliseconds(200);
  RawClient client(logged.start().port());
  client.send("GET / HTTP/1.1\r\nHo");
  EXPECT_EQ(status_of(client.read_response()), 408U);
  EXPECT_TRUE(has(logged.line(), "- - - 408 local_reply head_timeout ")) << logged.line();
}

TEST(AccessLines, ADeadPrimaryIs502) {
  Logged logged(unused_port());
  RawClient client(logged.start().port());
  client.send(kGetWithSecret);
  EXPECT_EQ(status_of(client.read_response()), 502U);
  EXPECT_TRUE(logged.line().starts_with("GET /a HTTP/1.1 502 local_reply primary_unreachable "))
      << logged.line();
}

TEST(AccessLines, TooLargeAHeadOfThePrimaryIs502AndItsLimitIsCounted) {
  ScriptedOrigin origin(ScriptedOrigin::answers(
      {"HTTP/1.1 200 OK\r\nX-Large: " + std::string(200'000, 'x') + "\r\nContent-Length: 0\r\n\r\n"}));
  Logged logged(origin.port());
  auto& proxy = logged.start();
  RawClient client(proxy.port());
  client.send(kGetWithSecret);
  EXPECT_EQ(status_of(client.read_response()), 502U);
  EXPECT_TRUE(logged.line().starts_with("GET /a HTTP/1.1 502 local_reply primary_failed ")) << logged.line();
  const auto limit = static_cast<std::size_t>(proxy::LimitHit::response_head);
  EXPECT_EQ(proxy.counters().limits_hit[limit].value(), 1U);
}

TEST(AccessLines, WhatTheProxyAddsIsMeasuredOnceForEachAnswerAtTheFirstTry) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("hello")}));
  RunningProxy proxy(origin);
  RawClient client(proxy.port());
  for (int i = 0; i < 3; ++i) {
    client.send(kGetWithSecret);
    client.read_response();
  }
  EXPECT_TRUE(eventually([&] { return proxy.counters().added_latency.count() == 3; }));
  EXPECT_LE(proxy.counters().added_latency.sum_seconds(), proxy.counters().exchange_duration.sum_seconds());
}

TEST(AccessLines, ASilentPrimaryIs504) {
  ScriptedOrigin origin(ScriptedOrigin::hangs());
  Logged logged(origin.port());
  logged.config.downstream.timeouts.response = std::chrono::milliseconds(200);
  RawClient client(logged.start().port());
  client.send(kGetWithSecret);
  EXPECT_EQ(status_of(client.read_response()), 504U);
  EXPECT_TRUE(logged.line().starts_with("GET /a HTTP/1.1 504 local_reply primary_timeout ")) << logged.line();
}

TEST(AccessLines, AResponseThatThePrimaryCutIsNotOk) {
  ScriptedOrigin origin(ScriptedOrigin::Script([](OriginConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour");
  }));
  Logged logged(origin.port());
  RawClient client(logged.start().port());
  client.send(kGetWithSecret);
  client.read_until_close();
  EXPECT_TRUE(logged.line().starts_with("GET /a HTTP/1.1 200 primary_failed closed_early ")) << logged.line();
}

TEST(AccessLines, AClientThatGoesAwayBeforeTheAnswerIs499) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    connection.read_request();
    connection.stall();
  });
  Logged logged(origin.port());
  auto& proxy = logged.start();
  {
    RawClient client(proxy.port());
    client.send("POST / HTTP/1.1\r\nHost: s\r\nContent-Length: 100\r\n\r\nhalf");
    ASSERT_TRUE(origin.wait_for_connections(1));
    client.reset();
  }
  const auto line = logged.line();
  EXPECT_TRUE(line.starts_with("POST / HTTP/1.1 4")) << line;
  EXPECT_TRUE(has(line, "client_abort") || has(line, "local_reply malformed_request")) << line;
}

TEST(AccessLines, AClientThatGoesAwayInTheMiddleOfItsDownloadIsAnAbort) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
    while (connection.send(std::string(100'000, 'd'))) {
    }
  });
  Logged logged(origin.port());
  auto& proxy = logged.start();
  {
    RawClient client(proxy.port());
    client.send(kGetWithSecret);
    client.read_exactly(10'000);
    client.reset();
  }
  EXPECT_TRUE(logged.line().starts_with("GET /a HTTP/1.1 200 client_abort - ")) << logged.line();
}

TEST(AccessLines, ARetryIsCounted) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    connection.read_request();
    connection.send(ScriptedOrigin::ok("fine"));
    connection.read_request();
  });
  Logged logged(origin.port());
  RawClient client(logged.start().port());
  for (int i = 0; i < 2; ++i) {
    client.send(kGetWithSecret);
    EXPECT_EQ(status_of(client.read_response()), 200U);
  }
  const auto lines = logged.lines(2);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_TRUE(lines[1].starts_with("GET /a HTTP/1.1 200 ok - 1 ")) << lines[1];
}

TEST(AccessLines, ATunnelHasItsLineAtItsEndWithAllBytes) {
  ScriptedOrigin origin([](OriginConnection& connection) {
    connection.read_until("\r\n\r\n");
    connection.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
    EXPECT_EQ(connection.read_exactly(4), "ping");
    connection.send("pong");
  });
  Logged logged(origin.port(), "{status} {outcome} {bytes_in} {bytes_out}");
  RawClient client(logged.start().port());
  const std::string request = "GET /chat HTTP/1.1\r\nHost: s\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n";
  client.send(request);
  const auto answer = client.read_until("\r\n\r\n");
  client.send("ping");
  EXPECT_EQ(client.read_until_close(), "pong");
  client.close();
  EXPECT_EQ(logged.line(),
            "101 tunnel " + std::to_string(request.size() + 4) + " " + std::to_string(answer.size() + 4));
}

TEST(AccessLines, AConnectionOverTheLimitHasALine) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("hello")}));
  Logged logged(origin.port(), "{client} {status} {outcome} {reason}");
  logged.config.downstream.connections_max = 1;
  auto& proxy = logged.start();
  RawClient first(proxy.port());
  first.send(kGetWithSecret);
  EXPECT_EQ(status_of(first.read_response()), 200U);
  RawClient second(proxy.port());
  EXPECT_EQ(status_of(second.read_response()), 503U);
  const auto lines = logged.lines(2);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[1], "127.0.0.1 503 local_reply overloaded");
}

TEST(AccessLines, ConnectionsThatNeverAskedHaveNone) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("hello")}));
  Logged logged(origin.port(), "{path}");
  auto& proxy = logged.start();
  {
    RawClient silent(proxy.port());
  }
  RawClient client(proxy.port());
  client.send(kGetWithSecret);
  client.read_response();
  EXPECT_EQ(logged.lines(1).size(), 1U);
}

TEST(AccessLines, RotationThroughTheServerGoesOnInANewFile) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("hello")}));
  const TemporaryDirectory directory;
  auto config = proxy_config(origin.port());
  const auto path = directory / "access.log";
  config.access_log = proxy::AccessLogOptions{path.string(), proxy::LineFormat::parse("{path}").value(), 1.0};
  RunningProxy proxy(config);
  RawClient client(proxy.port());
  client.send(kGetWithSecret);
  client.read_response();
  ASSERT_TRUE(eventually([&] { return read_file(path) == "/a\n"; }));
  std::filesystem::rename(path, directory / "access.log.1");
  proxy.server().reopen_logs();
  EXPECT_TRUE(eventually([&] { return std::filesystem::exists(path); }));
}

TEST(AccessLines, AReaderThatNeverReadsHoldsNobodyUp) {
  ScriptedOrigin origin(ScriptedOrigin::answers({ScriptedOrigin::ok("hello")}));
  const TemporaryDirectory directory;
  const auto path = directory / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  auto config = proxy_config(origin.port());
  config.access_log = proxy::AccessLogOptions{path.string(), proxy::LineFormat::parse("{path}").value(), 1.0};
  RunningProxy proxy(config);
  RawClient client(proxy.port());
  const std::string request = "GET /" + std::string(8000, 'p') + " HTTP/1.1\r\nHost: s\r\n\r\n";
  for (int i = 0; i < 300; ++i) {  // pipe, buffer and patience are used up many times over
    client.send(request);
    ASSERT_EQ(status_of(client.read_response()), 200U);
  }
  ::close(reader);
}

}  // namespace
}  // namespace understudy::test
