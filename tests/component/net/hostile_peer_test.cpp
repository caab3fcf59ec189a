// Peers that send anything at all: seeded mutations of valid messages, cut and sent in random pieces.
#include "core/net/client.hpp"
#include "core/net/server.hpp"
#include "tests/support/raw_client.hpp"
#include "tests/support/scripted_origin.hpp"
#include "tests/support/worker_thread.hpp"

#include <memory>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace understudy::net {
namespace {

using std::chrono_literals::operator""ms;
using test::OriginConnection;
using test::RawClient;
using test::ScriptedOrigin;
using test::WorkerThread;

class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  std::string mutate(std::string bytes) {
    for (std::size_t i = below(5); i > 0 && !bytes.empty(); --i) {
      const auto at = below(bytes.size());
      switch (below(5)) {
        case 0:
          bytes[at] = static_cast<char>(random_());
          break;
        case 1:
          bytes.erase(at, 1 + below(8));
          break;
        case 2:
          bytes.insert(at, bytes.substr(below(bytes.size()), 1 + below(20)));
          break;
        case 3:
          bytes.insert(at, kNasty[below(kNasty.size())]);
          break;
        default:
          bytes.resize(at);
      }
    }
    return bytes;
  }
  std::size_t below(std::size_t limit) { return random_() % limit; }

 private:
  static constexpr std::array<std::string_view, 8> kNasty{"\r\n",
                                                          "\n",
                                                          "\r\n\r\n",
                                                          "Transfer-Encoding: chunked\r\n",
                                                          "Content-Length: 99999999999999999999\r\n",
                                                          "0\r\n\r\n",
                                                          "Expect: 100-continue\r\n",
                                                          "ffffffffffffffff\r\n"};
  std::mt19937 random_;
};

Task<http::Response> answer(const http::Request& request) {
  http::Response response;
  response.head.status = 200;
  response.body = request.body;
  co_return response;
}

TEST(HostileClients, LeaveTheServerServing) {
  constexpr unsigned kClients = 400;
  WorkerThread worker;
  ServerOptions options{.address = {asio::ip::address_v4::loopback(), 0}, .body_bytes_max = 1000};
  auto listen = [&] { return std::move(Server::listen(worker.worker(), options, &answer).value()); };
  auto server = worker.call(listen);
  const std::string valid =
      "POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
      "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5;e=f\r\nhello\r\n0\r\nA: b\r\n\r\n"
      "HEAD /x HTTP/1.1\r\nHost: x\r\n\r\n";
  for (unsigned seed = 0; seed < kClients; ++seed) {
    Mutator mutator(seed);
    const auto bytes = mutator.mutate(valid);
    RawClient client(server->port());
    for (std::string_view rest = bytes; !rest.empty();) {
      const auto piece = rest.substr(0, 1 + mutator.below(60));
      client.send(piece);
      rest.remove_prefix(piece.size());
    }
    if (mutator.below(4) == 0) {
      client.reset();
      continue;
    }
    client.shutdown_send();
    client.read_until_close();
  }
  const auto response = RawClient::exchange(server->port(), valid);
  EXPECT_EQ(test::status_of(response), 200U);
  while (worker.call([&] { return server->connections(); }) != 0) std::this_thread::yield();
  EXPECT_EQ(worker.call([&] { return worker.worker().tasks().failed(); }), 0U);
  worker.stop();
}

TEST(HostileServers, EndEverySendAndLeaveTheClientUsable) {
  constexpr unsigned kSends = 300;
  const std::array valid{
      std::string("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
      std::string(
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;e=f\r\nhello\r\n0\r\nA: b\r\n\r\n")};
  auto mutated = [&valid](OriginConnection& connection) {
    Mutator mutator(static_cast<unsigned>(connection.index()));
    if (connection.read_request().empty()) return;
    connection.send(mutator.mutate(valid[connection.index() % valid.size()]));
    if (mutator.below(4) == 0) connection.reset();
  };
  ScriptedOrigin origin(mutated);
  WorkerThread worker;
  ClientOptions options{.endpoints = {tcp::endpoint(asio::ip::address_v4::loopback(), origin.port())},
                        .response_timeout = 5000ms,
                        .body_bytes_max = 1000};
  auto client = worker.call([&] { return std::make_unique<ClientConnection>(worker.worker(), options); });
  http::Response response;
  unsigned good = 0;
  for (unsigned i = 0; i < kSends; ++i) {
    const auto result = worker.await(
        [&] { return client->send("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET", true, response, nullptr); });
    good += result ? 1 : 0;
    EXPECT_TRUE(result || result.error().category() == client_category()) << result.error();
    EXPECT_NE(result.error(), ClientErrc::response_timeout);
  }
  // Both happen, or the mutations prove nothing.
  EXPECT_GT(good, 0U);
  EXPECT_LT(good, kSends);
  worker.stop();
}

}  // namespace
}  // namespace understudy::net
