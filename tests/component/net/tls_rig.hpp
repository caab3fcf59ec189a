// A small TLS server on a worker of its own, and clients that talk to it.
#pragma once

#include "core/net/server.hpp"
#include "core/net/tls_server.hpp"
#include "tests/support/raw_client.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test_authority.hpp"
#include "tests/support/tls_peer.hpp"
#include "tests/support/worker_thread.hpp"

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

namespace understudy::net {

/// A blocking client: a TCP connection with TLS on it.
struct TlsTestClient {
  TlsTestClient(std::uint16_t port, const test::TlsPeerOptions& options)
      : tcp(port), tls(tcp.descriptor(), test::TlsPeer::Role::client, options) {}
  test::RawClient tcp;
  test::TlsPeer tls;

  /// The response to a GET, up to its empty line.
  std::string get() {
    tls.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    return tls.read_until("\r\n\r\n");
  }
};

class TlsServerRig : public ::testing::Test {
 protected:
  ~TlsServerRig() override {
    if (server_) worker_.call([this] { server_.reset(); });
    worker_.stop();
  }

  test::TestAuthority::Files issue(const std::string& name, std::vector<std::string> dns) {
    return authority_.issue_files(directory_.path(), name, {.common_name = name, .dns = std::move(dns)});
  }
  static TlsFiles files(const test::TestAuthority::Files& from) { return {from.certificate, from.key}; }

  /// Opens the source and serves with it; the body of every answer is the request's target.
  void serve(TlsServerOptions options,
             std::chrono::nanoseconds handshake_timeout = std::chrono::seconds(10)) {
    auto source = TlsServerSource::open("127.0.0.1:0", std::move(options), keyring_);
    ASSERT_TRUE(source) << source.error().message;
    source_ = *source;
    ServerOptions server;
    server.address = tcp::endpoint(asio::ip::address_v4::loopback(), 0);
    server.tls = source_;
    server.tls_handshake_timeout = handshake_timeout;
    const auto open = [&] {
      auto opened = Server::listen(worker_.worker(), server, &TlsServerRig::answer);
      ASSERT_TRUE(opened);
      server_ = std::move(*opened);
    };
    worker_.call(open);
  }
  /// With one certificate for "shop.example".
  void serve_shop() { serve({.certificates = {files(issue("shop", {"shop.example"}))}}); }

  static Task<http::Response> answer(const http::Request& request) {
    http::Response response;
    response.head.status = 200;
    response.body = request.body.empty() ? request.head.target : request.body;
    co_return response;
  }

  std::unique_ptr<TlsTestClient> client(const test::TlsPeerOptions& options = {}) {
    return std::make_unique<TlsTestClient>(server_->port(), options);
  }
  std::uint64_t failed(TlsErrc error) const {
    return source_->counters().failed[static_cast<std::size_t>(error) - 1].load();
  }
  /// True when the count comes to one within ten seconds.
  bool failed_once(TlsErrc error) const {
    for (int i = 0; i < 1000 && failed(error) == 0; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return failed(error) == 1;
  }

  test::TemporaryDirectory directory_;
  test::TestAuthority authority_;
  std::shared_ptr<TicketKeyring> keyring_ = std::make_shared<TicketKeyring>();
  std::shared_ptr<TlsServerSource> source_;
  test::WorkerThread worker_;
  std::unique_ptr<Server> server_;
};

}  // namespace understudy::net
