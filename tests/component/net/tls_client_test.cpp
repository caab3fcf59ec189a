// TLS to origins: whom the client believes, what it shows, what it resumes, and what it takes for an end.
#include "core/net/tls_client.hpp"

#include "core/net/client.hpp"
#include "core/net/connect.hpp"
#include "tests/support/scripted_origin.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/test_authority.hpp"
#include "tests/support/tls_peer.hpp"
#include "tests/support/worker_thread.hpp"

#include <array>
#include <atomic>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace understudy::net {
namespace {

using test::OriginConnection;
using test::ScriptedOrigin;
using test::TestAuthority;
using test::TlsPeer;
using test::TlsPeerOptions;

constexpr std::string_view kGetOverTls = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

class TlsToOrigin : public ::testing::Test {
 protected:
  ~TlsToOrigin() override {
    worker_.call([this] { client_.reset(); });
    worker_.stop();
  }

  /// An origin that shows `identity` and does with each connection what `script` says.
  std::unique_ptr<ScriptedOrigin> origin(const TlsPeerOptions& options,
                                         std::function<void(TlsPeer&, OriginConnection&)> script) {
    const auto context = TlsPeer::make_context(TlsPeer::Role::server, options);
    const auto serve = [context, options, script = std::move(script)](OriginConnection& connection) {
      TlsPeer peer(connection.descriptor(), TlsPeer::Role::server, options, context);
      if (peer.handshake()) script(peer, connection);
    };
    return std::make_unique<ScriptedOrigin>(serve);
  }
  /// Answers requests until the client leaves, and notes how many handshakes were resumed.
  std::unique_ptr<ScriptedOrigin> answering(const TlsPeerOptions& options) {
    return origin(options, [this](TlsPeer& peer, OriginConnection&) {
      if (peer.resumed()) ++resumed_;
      client_name_ = peer.common_name();
      while (!peer.read_until("\r\n\r\n").empty()) peer.write(kOk);
    });
  }
  TestAuthority::Files identity(const TestAuthority::Leaf& leaf) {
    return authority_.issue_files(directory_.path(), "origin", leaf);
  }
  TestAuthority::Files shop() { return identity({.common_name = "shop", .dns = {"shop.example"}}); }
  TlsClientOptions trusting() { return {.ca = authority_.write(directory_.path(), "ca")}; }

  void connect_to(std::uint16_t port, const TlsClientOptions& tls, const std::string& host = "shop.example") {
    auto source = TlsClientSource::open("origin", host, tls);
    ASSERT_TRUE(source) << source.error().message;
    source_ = *source;
    ClientOptions options;
    options.endpoints = {tcp::endpoint(asio::ip::address_v4::loopback(), port)};
    options.tls = source_->attach();
    worker_.call([&] { client_ = std::make_unique<ClientConnection>(worker_.worker(), options); });
  }
  /// What a request over a new connection comes to: no error, or why connecting failed.
  boost::system::error_code verdict(const TestAuthority::Files& shown, const TlsClientOptions& tls,
                                    const std::string& host = "shop.example") {
    const auto serving = answering({.identity = shown});
    connect_to(serving->port(), tls, host);
    const auto sent = send();
    const auto error = worker_.call([this] { return client_->connect_error(); });
    worker_.call([this] { client_.reset(); });
    EXPECT_EQ(sent.has_value(), !error) << error.message();
    return error;
  }
  Result<> send() {
    return worker_.await([&] { return client_->send(kGetOverTls, "GET", true, response_, nullptr); });
  }
  void disconnect() {
    worker_.call([this] { client_->close(); });
  }

  test::TemporaryDirectory directory_;
  TestAuthority authority_;
  std::shared_ptr<TlsClientSource> source_;
  test::WorkerThread worker_;
  std::unique_ptr<ClientConnection> client_;
  http::Response response_;
  std::atomic<int> resumed_{0};
  std::string client_name_;
};

TEST_F(TlsToOrigin, VerifiedOriginIsUsed) {
  EXPECT_EQ(verdict(shop(), trusting()), boost::system::error_code());
  EXPECT_EQ(response_.body, "ok");
  EXPECT_EQ(source_->counters().full, 1U);
}

TEST_F(TlsToOrigin, WildcardAndAddressAreMatched) {
  const auto shown = identity({.dns = {"*.shop.example"}, .addresses = {"127.0.0.1", "::1"}});
  EXPECT_EQ(verdict(shown, trusting(), "www.shop.example"), boost::system::error_code());
  EXPECT_EQ(verdict(shown, trusting(), "127.0.0.1"), boost::system::error_code());
  EXPECT_EQ(verdict(shown, trusting(), "127.0.0.2"), TlsErrc::hostname_mismatch);
  EXPECT_EQ(verdict(shown, trusting(), "a.b.shop.example"), TlsErrc::hostname_mismatch);
}

TEST_F(TlsToOrigin, OtherNameIsRefused) {
  EXPECT_EQ(verdict(shop(), trusting(), "bank.example"), TlsErrc::hostname_mismatch);
}

TEST_F(TlsToOrigin, ServerNameReplacesTheHost) {
  auto tls = trusting();
  tls.server_name = "shop.example";
  EXPECT_EQ(verdict(shop(), tls, "10.1.2.3"), boost::system::error_code());
}

TEST_F(TlsToOrigin, ExpiredCertificateIsRefused) {
  const auto old = identity({.dns = {"shop.example"}, .ends = std::chrono::hours(-1)});
  EXPECT_EQ(verdict(old, trusting()), TlsErrc::certificate_expired);
  const auto early = identity({.dns = {"shop.example"}, .begins = std::chrono::hours(1)});
  EXPECT_EQ(verdict(early, trusting()), TlsErrc::certificate_expired);
}

TEST_F(TlsToOrigin, UnknownAuthorityIsRefused) {
  const TestAuthority stranger("Another CA");
  const auto foreign = stranger.issue_files(directory_.path(), "foreign", {.dns = {"shop.example"}});
  EXPECT_EQ(verdict(foreign, trusting()), TlsErrc::certificate_untrusted);
  // The system's authorities do not know the test's either.
  EXPECT_EQ(verdict(shop(), {}), TlsErrc::certificate_untrusted);
}

TEST_F(TlsToOrigin, OnlyAReplayMayLookAway) {
  const TestAuthority stranger("Another CA");
  const auto foreign = stranger.issue_files(directory_.path(), "foreign", {.dns = {"bank.example"}});
  auto tls = trusting();
  tls.verify = false;
  EXPECT_EQ(verdict(foreign, tls), boost::system::error_code());
}

TEST_F(TlsToOrigin, ClientCertificateIsShown) {
  auto tls = trusting();
  const auto alice = authority_.issue_files(directory_.path(), "alice", {.common_name = "alice"});
  tls.identity = {alice.certificate, alice.key};
  const auto serving = answering({.ca = tls.ca, .identity = shop(), .require_client_certificate = true});
  connect_to(serving->port(), tls);
  EXPECT_TRUE(send());
  disconnect();
  EXPECT_TRUE(serving->wait_for_finished(1));
  EXPECT_EQ(client_name_, "alice");
}

TEST_F(TlsToOrigin, SessionsAreResumed) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    resumed_ = 0;
    const auto serving = answering({.identity = shop(), .max_version = version});
    connect_to(serving->port(), trusting());
    for (int i = 0; i < 3; ++i) {
      ASSERT_TRUE(send());
      disconnect();
    }
    EXPECT_TRUE(serving->wait_for_finished(3));
    EXPECT_EQ(resumed_, 2) << version;
  }
}

TEST_F(TlsToOrigin, NewAuthoritiesApplyToTheNextConnectionWithoutResumption) {
  const auto serving = answering({.identity = shop()});
  const auto tls = trusting();
  connect_to(serving->port(), tls);
  ASSERT_TRUE(send());
  disconnect();
  std::ofstream(tls.ca) << TestAuthority("The next CA").pem();
  source_->poll(false);
  EXPECT_FALSE(send());
  EXPECT_EQ(worker_.call([this] { return client_->connect_error(); }), TlsErrc::certificate_untrusted);
}

TEST_F(TlsToOrigin, BodyUntilCloseNeedsACloseNotify) {
  const std::string_view head = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf of it";
  const auto honest = origin({.identity = shop()}, [&](TlsPeer& peer, OriginConnection&) {
    peer.read_until("\r\n\r\n");
    peer.write(head);
    peer.close_notify();
  });
  connect_to(honest->port(), trusting());
  EXPECT_TRUE(send());
  EXPECT_EQ(response_.body, "half of it");
  worker_.call([this] { client_.reset(); });
  const auto cut = origin({.identity = shop()}, [&](TlsPeer& peer, OriginConnection&) {
    peer.read_until("\r\n\r\n");
    peer.write(head);
  });
  connect_to(cut->port(), trusting());
  EXPECT_FALSE(send());
}

TEST_F(TlsToOrigin, ResponseInRecordsOfOneByteIsRead) {
  const auto serving = origin({.identity = shop()}, [](TlsPeer& peer, OriginConnection&) {
    peer.read_until("\r\n\r\n");
    for (const char each : kOk) peer.write({&each, 1});
    peer.read_some();
  });
  connect_to(serving->port(), trusting());
  ASSERT_TRUE(send());
  EXPECT_EQ(response_.body, "ok");
}

TEST_F(TlsToOrigin, OriginWithoutTlsIsAnError) {
  ScriptedOrigin plain([](OriginConnection& connection) {
    connection.send(ScriptedOrigin::ok("plain"));
    connection.stall();
  });
  connect_to(plain.port(), trusting());
  EXPECT_FALSE(send());
  EXPECT_EQ(worker_.call([this] { return client_->connect_error(); }), TlsErrc::not_tls);
}

/// A connection without HTTP on it.
class TlsStream : public TlsToOrigin {
 protected:
  ~TlsStream() override {
    worker_.call([this] { stream_.reset(); });
  }
  void open(const ScriptedOrigin& serving) {
    auto source = TlsClientSource::open("origin", "shop.example", trusting());
    ASSERT_TRUE(source);
    tls_ = (*source)->attach();
    endpoints_ = {tcp::endpoint(asio::ip::address_v4::loopback(), serving.port())};
    ASSERT_FALSE(worker_.await([this] { return connect_now(); }));
  }
  Task<boost::system::error_code> connect_now() {
    auto connected = co_await connect(worker_.worker(), endpoints_, std::chrono::seconds(5), tls_);
    if (!connected) co_return connected.error();
    stream_.emplace(std::move(*connected));
    co_return boost::system::error_code{};
  }
  /// Looked at again and again for a while.
  bool stale_after(const std::function<void(TlsPeer&)>& behaviour) {
    const auto serving = origin({.identity = shop()}, [&](TlsPeer& peer, OriginConnection& connection) {
      // The client has looked, and found it quiet.
      peer.read_until("now");
      behaviour(peer);
      connection.stall();
    });
    open(*serving);
    EXPECT_FALSE(worker_.call([this] { return stream_->is_stale(); }));
    worker_.call([this] { EXPECT_TRUE(stream_->try_write("now")); });
    bool stale = false;
    for (int i = 0; i < 20 && !stale; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      stale = worker_.call([this] { return stream_->is_stale(); });
    }
    worker_.call([this] { stream_.reset(); });
    return stale;
  }

  std::shared_ptr<TlsClient> tls_;
  std::vector<Endpoint> endpoints_;
  std::optional<Stream> stream_;
};

TEST_F(TlsStream, NewsOfTheProtocolDoNotMakeAConnectionStale) {
  EXPECT_FALSE(stale_after([](TlsPeer& peer) {
    SSL_new_session_ticket(peer.ssl());
    SSL_do_handshake(peer.ssl());
  }));
}

TEST_F(TlsStream, UnaskedBytesAndAnEndMakeAConnectionStale) {
  EXPECT_TRUE(stale_after([](TlsPeer& peer) { peer.write("HTTP/1.1 408 Request Timeout\r\n\r\n"); }));
  EXPECT_TRUE(stale_after([](TlsPeer& peer) { peer.close_notify(); }));
}

TEST_F(TlsStream, PiecesArriveInOrderAndWholeThroughAFullKernel) {
  std::string received;
  std::atomic<bool> go{false};
  const auto serving = origin({.identity = shop()}, [&](TlsPeer& peer, OriginConnection&) {
    while (!go) std::this_thread::yield();
    received = peer.read_until_close();
  });
  open(*serving);
  const std::string head(100, 'h');
  std::string body(16 * 1024 * 1024, 'x');
  for (std::size_t i = 0; i < body.size(); i += 997) body[i] = static_cast<char>('a' + i % 26);
  const std::array pieces{asio::const_buffer(head.data(), head.size()),
                          asio::const_buffer(body.data(), body.size())};
  const auto first = worker_.call([&] { return stream_->try_write(pieces); });
  ASSERT_TRUE(first);
  ASSERT_GT(*first, head.size());
  ASSERT_LT(*first, body.size());
  go = true;
  // The rest in parts of other sizes than those that were refused.
  auto rest = std::string_view(body).substr(*first - head.size());
  const auto few = rest.substr(0, 10);
  EXPECT_TRUE(worker_.await([&] { return stream_->write_all(few); }));
  rest.remove_prefix(few.size());
  EXPECT_TRUE(worker_.await([&] { return stream_->write_all(rest); }));
  worker_.call([this] { stream_->shutdown_send(); });
  EXPECT_TRUE(serving->wait_for_finished(1));
  EXPECT_EQ(received.size(), head.size() + body.size());
  EXPECT_TRUE(received == head + body);
}

}  // namespace
}  // namespace understudy::net
