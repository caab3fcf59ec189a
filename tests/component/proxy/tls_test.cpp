// The whole proxy with TLS on each of its sides, and with an origin behind a Unix socket.
#include "proxy/server.hpp"
#include "tests/component/proxy/running_proxy.hpp"
#include "tests/support/raw_client.hpp"
#include "tests/support/scripted_origin.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test_authority.hpp"
#include "tests/support/tls_peer.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace understudy {
namespace {

using test::RawClient;
using test::RunningProxy;
using test::ScriptedOrigin;
using test::TestAuthority;
using test::TlsPeer;
using test::TlsPeerOptions;

constexpr std::string_view kGetOverTls = "GET /a HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n";

class ProxyWithTls : public ::testing::Test {
 protected:
  /// One certificate for shop.example on the proxy's listener.
  void terminate(proxy::ProxyConfig& config) {
    const auto files =
        authority_.issue_files(directory_.path(), "shop", {.common_name = "shop", .dns = {"shop.example"}});
    config.listeners.front().tls.emplace().certificates = {{files.certificate, files.key}};
  }
  /// An https origin for shop.example that answers each request with these bytes; without `announced` the
  /// connection ends without a close_notify.
  std::unique_ptr<ScriptedOrigin> https_origin(std::string answer, bool announced = true) {
    const auto files = authority_.issue_files(directory_.path(), "origin", {.dns = {"shop.example"}});
    const TlsPeerOptions options{.identity = files};
    const auto context = TlsPeer::make_context(TlsPeer::Role::server, options);
    return std::make_unique<ScriptedOrigin>([=, this](test::OriginConnection& connection) {
      TlsPeer peer(connection.descriptor(), TlsPeer::Role::server, options, context);
      if (!peer.handshake()) return;
      ++handshakes_;
      while (!peer.read_until("\r\n\r\n").empty()) {
        ++served_;
        if (!peer.write(answer) || answer.find("Content-Length") == std::string::npos) break;
      }
      if (announced) peer.close_notify();
    });
  }
  net::TlsClientOptions trusting() {
    return {.ca = authority_.write(directory_.path(), "ca"), .server_name = "shop.example"};
  }
  proxy::ProxyConfig config_to(const ScriptedOrigin& https) {
    auto config = test::proxy_config(1);
    config.primary = *net::parse_origin_url("https://127.0.0.1:" + std::to_string(https.port()));
    config.primary.tls = trusting();
    return config;
  }

  test::TemporaryDirectory directory_;
  TestAuthority authority_;
  std::atomic<int> handshakes_{0};
  std::atomic<int> served_{0};
};

TEST_F(ProxyWithTls, ClientsAreServedOverTlsAndOnlyOverTls) {
  ScriptedOrigin primary(ScriptedOrigin::answers({ScriptedOrigin::ok("hello")}));
  auto config = test::proxy_config(primary.port());
  terminate(config);
  RunningProxy proxy(config);
  RawClient tcp(proxy.port());
  TlsPeer client(tcp.descriptor(), TlsPeer::Role::client,
                 {.ca = authority_.write(directory_.path(), "ca"), .server_name = "shop.example"});
  ASSERT_TRUE(client.handshake()) << client.error();
  for (int i = 0; i < 3; ++i) {
    client.write("GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    EXPECT_TRUE(client.read_until("hello").ends_with("hello"));
  }
  client.write(kGetOverTls);
  EXPECT_TRUE(client.read_until_close().ends_with("hello"));
  EXPECT_TRUE(client.clean_end());
  EXPECT_TRUE(RawClient::exchange(proxy.port(), kGetOverTls).starts_with("HTTP/1.1 400 "));
  EXPECT_EQ(primary.requests().size(), 4U);
  EXPECT_NE(primary.requests().front().find("X-Forwarded-Proto: https"), std::string::npos)
      << primary.requests().front();
}

TEST_F(ProxyWithTls, CutResponseIsNoCleanEndForTheClient) {
  ScriptedOrigin primary([](test::OriginConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    connection.reset();
  });
  auto config = test::proxy_config(primary.port());
  terminate(config);
  RunningProxy proxy(config);
  RawClient tcp(proxy.port());
  TlsPeer client(tcp.descriptor(), TlsPeer::Role::client, {});
  ASSERT_TRUE(client.handshake());
  client.write("GET / HTTP/1.0\r\nHost: shop.example\r\n\r\n");
  EXPECT_TRUE(client.read_until_close().ends_with("half"));
}

TEST_F(ProxyWithTls, TruncatedOriginBodyIsPassedOnAsAnAbort) {
  const auto origin = https_origin("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf", false);
  RunningProxy proxy(config_to(*origin));
  RawClient modern(proxy.port());
  modern.send(kGetOverTls);
  const auto chunked = modern.read_until_close();
  EXPECT_NE(chunked.find("half"), std::string::npos);
  EXPECT_FALSE(chunked.ends_with("0\r\n\r\n")) << chunked;
  EXPECT_TRUE(test::eventually([&] {
    return proxy.counters()
               .primary_errors[static_cast<std::size_t>(proxy::PrimaryError::closed_early)]
               .value() == 1;
  }));
}

TEST_F(ProxyWithTls, AnnouncedEndOfAnOriginBodyIsWhole) {
  const auto origin = https_origin("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it");
  RunningProxy proxy(config_to(*origin));
  RawClient client(proxy.port());
  client.send(kGetOverTls);
  EXPECT_TRUE(client.read_until_close().ends_with("0\r\n\r\n"));
}

TEST_F(ProxyWithTls, OriginIsVerifiedAndItsConnectionsAreReused) {
  const auto origin = https_origin(ScriptedOrigin::ok("secure"));
  {
    RunningProxy proxy(config_to(*origin));
    for (int i = 0; i < 5; ++i)
      EXPECT_TRUE(RawClient::exchange(proxy.port(), kGetOverTls).ends_with("secure"));
    EXPECT_EQ(handshakes_, 1);
  }
  auto config = config_to(*origin);
  config.primary.tls.server_name = "bank.example";
  RunningProxy proxy(config);
  EXPECT_TRUE(RawClient::exchange(proxy.port(), kGetOverTls).starts_with("HTTP/1.1 502 "));
  EXPECT_EQ(served_, 5);
}

TEST_F(ProxyWithTls, ShadowIsMirroredToOverVerifiedTls) {
  ScriptedOrigin primary(ScriptedOrigin::answers({ScriptedOrigin::ok("hello")}));
  const auto shadow = https_origin(ScriptedOrigin::ok("shadow"));
  auto config = test::proxy_config(primary.port());
  auto& target = config.shadows.emplace_back();
  target.name = "staging";
  target.url = *net::parse_origin_url("https://127.0.0.1:" + std::to_string(shadow->port()));
  target.tls = trusting();
  RunningProxy proxy(config);
  EXPECT_TRUE(RawClient::exchange(proxy.port(), kGetOverTls).ends_with("hello"));
  EXPECT_TRUE(test::eventually([&] { return served_ == 1; }));
}

TEST_F(ProxyWithTls, FilesThatCannotBeUsedStopTheStart) {
  auto config = test::proxy_config(1);
  terminate(config);
  std::ofstream(config.listeners.front().tls->certificates.front().key) << "no key";
  const auto opened = proxy::ProxyServer::open(config);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("holds no PEM private key"), std::string::npos);
}

TEST_F(ProxyWithTls, PrimaryBehindAUnixSocket) {
  const auto path = (directory_ / "origin.sock").string();
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof(address.sun_path) - 1);
  ASSERT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listener, 8), 0);
  std::string request;
  std::thread origin([&] {
    test::BlockingSocket connection(::accept(listener, nullptr, nullptr), std::chrono::seconds(10));
    request = connection.read_message(true);
    connection.send(ScriptedOrigin::ok("from the socket"));
    connection.wait_for_close();
  });
  auto config = test::proxy_config(1);
  config.primary = *net::parse_origin_url("unix:" + path);
  {
    RunningProxy proxy(config);
    EXPECT_TRUE(RawClient::exchange(proxy.port(), "GET /a HTTP/1.0\r\n\r\n").ends_with("from the socket"));
  }
  origin.join();
  ::close(listener);
  EXPECT_NE(request.find("\r\nHost: localhost\r\n"), std::string::npos) << request;
}

}  // namespace
}  // namespace understudy
