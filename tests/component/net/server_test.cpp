#include "core/net/server.hpp"

#include "core/net/date.hpp"
#include "tests/support/raw_client.hpp"
#include "tests/support/worker_thread.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace understudy::net {
namespace {

using std::chrono_literals::operator""ms;
using test::body_of;
using test::RawClient;
using test::status_of;
using test::WorkerThread;

/// Answers with what it understood of the request. Paths with a meaning: /throw, /close, /slow, /large,
/// /trailers.
Task<http::Response> echo(Worker& worker, const http::Request& request) {
  http::Response response;
  response.head.status = 200;
  const auto& target = request.head.target;
  if (target == "/throw") throw std::runtime_error("broken on purpose");
  if (target == "/close") response.head.fields.add("Connection", "close");
  if (target == "/no-content") response.head.status = 204;
  if (target == "/trailers") response.trailers.add("X-Sum", "42");
  if (target == "/slow") {
    Timer timer(worker.executor());
    timer.expires_after(300ms);
    co_await timer.async_wait(use_task);
  }
  response.body = fmt::format("{} {} {}", request.head.method, target, request.body);
  if (target == "/large") response.body.assign(16 * 1024 * 1024, 'x');
  if (request.trailers.contains("X-Check")) response.body += *request.trailers.find("X-Check");
  co_return response;
}

class ServerTest : public ::testing::Test {
 protected:
  ~ServerTest() override { worker_.stop(); }

  void serve(ServerOptions options = {}) {
    options.address = {asio::ip::address_v4::loopback(), 0};
    auto& worker = worker_.worker();
    auto handler = [&worker](const http::Request& request) { return echo(worker, request); };
    auto listen = [&] {
      auto server = Server::listen(worker, options, handler);
      ASSERT_TRUE(server) << server.error().message;
      server_ = std::move(*server);
    };
    worker_.call(listen);
  }
  std::uint16_t port() { return server_->port(); }
  std::string exchange(std::string_view bytes) { return RawClient::exchange(port(), bytes); }
  std::size_t connections() {
    return worker_.call([this] { return server_->connections(); });
  }
  void wait_for_connections(std::size_t count) {
    while (connections() != count) std::this_thread::sleep_for(1ms);
  }

  WorkerThread worker_;
  std::unique_ptr<Server> server_;
};

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

TEST_F(ServerTest, KeepsTheConnectionForTheNextRequest) {
  serve();
  RawClient client(port());
  for (int i = 0; i < 3; ++i) {
    client.send(kGet);
    const auto response = client.read_response();
    EXPECT_EQ(status_of(response), 200U);
    EXPECT_EQ(body_of(response), "GET /a ");
  }
  EXPECT_EQ(connections(), 1U);
}

TEST_F(ServerTest, SaysDateAndReason) {
  serve();
  const auto response = exchange(kGet);
  EXPECT_TRUE(response.starts_with("HTTP/1.1 200 OK\r\n")) << response;
  EXPECT_NE(response.find("\r\nDate: "), std::string::npos);
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  serve();
  std::string requests;
  for (int i = 0; i < 50; ++i) requests += fmt::format("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", i);
  RawClient client(port());
  client.send(requests);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(body_of(client.read_response()), fmt::format("GET /{} ", i));
}

TEST_F(ServerTest, HeadHasTheLengthAndNoBody) {
  serve();
  const auto response = exchange("HEAD /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_NE(response.find("Content-Length: 8\r\n"), std::string::npos) << response;
  EXPECT_EQ(body_of(response), "");
}

TEST_F(ServerTest, NoContentHasNeitherBodyNorLength) {
  serve();
  const auto response = exchange("GET /no-content HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(status_of(response), 204U);
  EXPECT_EQ(response.find("Content-Length"), std::string::npos);
  EXPECT_EQ(body_of(response), "");
}

TEST_F(ServerTest, ReadsABodyWithLengthThatComesByteByByte) {
  serve();
  RawClient client(port());
  for (const char c : std::string_view("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"))
    client.send(std::string_view(&c, 1));
  EXPECT_EQ(body_of(client.read_response()), "POST /b hello");
}

TEST_F(ServerTest, ReadsAChunkedBodyWithTrailers) {
  serve();
  RawClient client(port());
  client.send("POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  client.send("4;ext=1\r\ndefg\r\n0\r\nX-Check: ok\r\n\r\n");
  EXPECT_EQ(body_of(client.read_response()), "POST /b abcdefgok");
  client.send(kGet);
  EXPECT_EQ(status_of(client.read_response()), 200U);
}

TEST_F(ServerTest, SendsTrailersChunkedButNotToHttp10) {
  serve();
  const auto response = exchange("GET /trailers HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(response.ends_with("0\r\nX-Sum: 42\r\n\r\n")) << response;
  const auto old = exchange("GET /trailers HTTP/1.0\r\n\r\n");
  EXPECT_EQ(body_of(old), "GET /trailers ");
}

TEST_F(ServerTest, WritesAnAnswerLargerThanTheKernelTakes) {
  serve();
  const auto response = exchange("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(body_of(response).size(), 16U * 1024 * 1024);
}

TEST_F(ServerTest, Http10ClosesUnlessAskedOtherwise) {
  serve();
  const auto closed = exchange("GET /a HTTP/1.0\r\n\r\nGET /b HTTP/1.0\r\n\r\n");
  EXPECT_EQ(closed.find("GET /b"), std::string::npos);
  RawClient client(port());
  for (int i = 0; i < 2; ++i) {
    client.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const auto response = client.read_response();
    EXPECT_NE(response.find("Connection: keep-alive\r\n"), std::string::npos) << response;
  }
}

TEST_F(ServerTest, ClosesWhenClientOrHandlerSaySo) {
  serve();
  for (const std::string request : {"GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                                    "GET /close HTTP/1.1\r\nHost: x\r\n\r\n"}) {
    RawClient client(port());
    client.send(request);
    const auto response = client.read_until_close();
    EXPECT_EQ(status_of(response), 200U);
    EXPECT_NE(response.find("Connection: close\r\n"), std::string::npos) << response;
  }
}

TEST_F(ServerTest, InvitesABodyThatWaitsFor100Continue) {
  serve();
  RawClient client(port());
  client.send("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_response(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");
  EXPECT_EQ(body_of(client.read_response()), "POST /b ok");
}

TEST_F(ServerTest, DoesNotInviteABodyThatIsTooLarge) {
  serve({.body_bytes_max = 10});
  RawClient client(port());
  client.send("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n");
  const auto response = client.read_until_close();
  EXPECT_EQ(status_of(response), 413U);
  EXPECT_NE(body_of(response).find("10 bytes"), std::string_view::npos);
}

TEST_F(ServerTest, BodyAtTheLimitPassesAndOneByteMoreIsRefused) {
  serve({.body_bytes_max = 10});
  EXPECT_EQ(status_of(exchange("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123456789")), 200U);
  EXPECT_EQ(status_of(exchange("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n0123456789a")), 413U);
  constexpr std::string_view kChunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(status_of(exchange(std::string(kChunked) + "5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n")), 200U);
  EXPECT_EQ(status_of(exchange(std::string(kChunked) + "5\r\n01234\r\n6\r\n56789a\r\n0\r\n\r\n")), 413U);
}

TEST_F(ServerTest, RefusalReachesAClientThatIsStillSending) {
  serve({.body_bytes_max = 10});
  RawClient client(port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 400000\r\n\r\n");
  for (int i = 0; i < 4; ++i) client.send(std::string(100'000, 'x'));
  EXPECT_EQ(status_of(client.read_until_close()), 413U);
}

struct Refused {
  std::string name;
  std::string bytes;
  unsigned status;
};

class ServerRefuses : public ServerTest, public ::testing::WithParamInterface<Refused> {};

TEST_P(ServerRefuses, WithTheRightStatusAndCloses) {
  serve();
  RawClient client(port());
  client.send(GetParam().bytes);
  const auto response = client.read_until_close();
  EXPECT_EQ(status_of(response), GetParam().status) << response;
  EXPECT_NE(response.find("Connection: close\r\n"), std::string::npos);
  EXPECT_NE(response.find("Content-Type: text/plain\r\n"), std::string::npos);
  EXPECT_FALSE(body_of(response).empty());
}

INSTANTIATE_TEST_SUITE_P(
    Malformed, ServerRefuses,
    ::testing::Values(
        Refused{"NoVersion", "GET /\r\n\r\n", 400}, Refused{"NoHost", "GET / HTTP/1.1\r\n\r\n", 400},
        Refused{"TlsHello", std::string("\x16\x03\x01\x02\x00", 5), 400},
        Refused{"BareLf", "GET / HTTP/1.1\nHost: x\n\n", 400},
        Refused{"SpaceBeforeColon", "GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400},
        Refused{"BadLength", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\n", 400},
        Refused{"LengthAndChunked",
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        Refused{"UnknownCoding", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
        Refused{"BadChunk", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n",
                400},
        Refused{"Version2", "GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505},
        Refused{"LongTarget", "GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", 414},
        Refused{"LongHead", "GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(40'000, 'a') + "\r\n\r\n", 431}),
    [](const auto& test) { return test.param.name; });

TEST_F(ServerTest, ErrorAfterAHeadRequestStillHasItsBody) {
  serve();
  RawClient client(port());
  client.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n");
  client.read_response(true);
  client.send("nonsense\r\n\r\n");
  EXPECT_FALSE(body_of(client.read_until_close()).empty());
}

TEST_F(ServerTest, HandlerExceptionIs500AndTheConnectionLives) {
  serve();
  RawClient client(port());
  client.send("GET /throw HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto response = client.read_response();
  EXPECT_EQ(status_of(response), 500U);
  EXPECT_EQ(response.find("broken on purpose"), std::string::npos);
  client.send(kGet);
  EXPECT_EQ(status_of(client.read_response()), 200U);
}

TEST_F(ServerTest, SlowHeadIs408) {
  serve({.head_timeout = 100ms});
  RawClient client(port());
  client.send("GET / HTTP/1.1\r\nHo");
  EXPECT_EQ(status_of(client.read_until_close()), 408U);
}

TEST_F(ServerTest, TricklingHeadDoesNotExtendItsTime) {
  serve({.head_timeout = 300ms});
  RawClient client(port());
  client.send("GET / HTTP/1.1\r\nA: ");
  std::string response;
  while (response.empty() && client.send("x")) {
    std::this_thread::sleep_for(20ms);
    if (!worker_.call([this] { return server_->connections() != 0; })) break;
  }
  EXPECT_EQ(status_of(client.read_until_close()), 408U);
}

TEST_F(ServerTest, SilentBodyIs408) {
  serve({.idle_timeout = 100ms});
  RawClient client(port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
  EXPECT_EQ(status_of(client.read_until_close()), 408U);
}

TEST_F(ServerTest, IdleConnectionIsClosedWithoutAWord) {
  serve({.idle_timeout = 100ms});
  RawClient client(port());
  client.send(kGet);
  client.read_response();
  EXPECT_EQ(client.read_until_close(), "");
}

TEST_F(ServerTest, ConnectionWithoutARequestIsClosed) {
  serve({.head_timeout = 100ms});
  RawClient client(port());
  EXPECT_EQ(client.read_until_close(), "");
}

TEST_F(ServerTest, SlowHandlerIsNoTimeout) {
  serve({.head_timeout = 100ms, .idle_timeout = 100ms});
  EXPECT_EQ(status_of(exchange("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")), 200U);
}

TEST_F(ServerTest, ClientThatDoesNotReadIsGivenUp) {
  serve({.idle_timeout = 200ms});
  RawClient client(port());
  client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  wait_for_connections(1);
  wait_for_connections(0);
}

TEST_F(ServerTest, ConnectionsOverTheLimitAre503) {
  serve({.connections_max = 1});
  RawClient first(port());
  wait_for_connections(1);
  RawClient second(port());
  EXPECT_EQ(status_of(second.read_until_close()), 503U);
  first.send(kGet);
  EXPECT_EQ(status_of(first.read_response()), 200U);
}

TEST_F(ServerTest, StopClosesIdleConnectionsAndLetsRunningRequestsFinish) {
  serve();
  RawClient idle(port());
  RawClient fresh(port());
  RawClient busy(port());
  idle.send(kGet);
  idle.read_response();
  busy.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  wait_for_connections(3);
  worker_.call([this] { server_->stop(); });
  EXPECT_TRUE(idle.wait_for_close());
  EXPECT_TRUE(fresh.wait_for_close());
  const auto response = busy.read_until_close();
  EXPECT_EQ(body_of(response), "GET /slow ");
  EXPECT_NE(response.find("Connection: close\r\n"), std::string::npos);
  EXPECT_THROW(RawClient{port()}, std::system_error);
  wait_for_connections(0);
}

TEST_F(ServerTest, WorkerMayGoWhileRequestsRun) {
  serve();
  RawClient busy(port());
  busy.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  RawClient half(port());
  half.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
  wait_for_connections(2);
  worker_.stop();
  server_.reset();
  worker_.destroy();
  EXPECT_TRUE(busy.wait_for_close());
}

TEST(HttpDate, IsAnImfFixdate) {
  EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(1709251199), "Thu, 29 Feb 2024 23:59:59 GMT");
}

}  // namespace
}  // namespace understudy::net
