// TLS clients that dribble, lie, renegotiate, stop half-way or do not speak TLS at all.
#include "tests/component/net/tls_rig.hpp"

#include <array>
#include <chrono>

#include <openssl/bio.h>
#include <openssl/err.h>

namespace understudy::net {
namespace {

using std::chrono_literals::operator""ms;
using test::RawClient;
using test::TlsPeerOptions;

class HostileTlsClient : public TlsServerRig {};

TEST_F(HostileTlsClient, PlainHttpIsToldToUseHttps) {
  serve_shop();
  RawClient plain(server_->port());
  plain.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto answer = plain.read_until_close();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
  EXPECT_NE(answer.find("use https://"), std::string::npos);
  EXPECT_TRUE(failed_once(TlsErrc::plain_http));
}

TEST_F(HostileTlsClient, GarbageIsCountedAsNotTls) {
  serve_shop();
  RawClient garbage(server_->port());
  garbage.send(std::string(64, '\xff'));
  EXPECT_TRUE(garbage.wait_for_close());
  EXPECT_TRUE(failed_once(TlsErrc::not_tls));
}

TEST_F(HostileTlsClient, SilenceEndsAtTheHandshakeDeadline) {
  serve({.certificates = {files(issue("shop", {"shop.example"}))}}, 200ms);
  RawClient silent(server_->port());
  EXPECT_TRUE(silent.wait_for_close());
  EXPECT_TRUE(failed_once(TlsErrc::handshake_timeout));
}

TEST_F(HostileTlsClient, LeavingInTheMiddleOfTheHandshakeIsCounted) {
  serve_shop();
  {
    RawClient half(server_->port());
    half.send(std::string_view("\x16\x03\x01\x02\x00\x01", 6));
  }
  EXPECT_TRUE(failed_once(TlsErrc::peer_closed));
}

/// A client whose every byte goes out on its own.
TEST_F(HostileTlsClient, HandshakeAndRequestByteByByteSucceed) {
  serve_shop();
  RawClient tcp(server_->port());
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  &SSL_CTX_free);
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), &SSL_free);
  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl.get(), in, out);
  SSL_set_connect_state(ssl.get());
  const auto send_pending = [&] {
    std::array<char, 4096> bytes;
    for (int got = BIO_read(out, bytes.data(), bytes.size()); got > 0;
         got = BIO_read(out, bytes.data(), bytes.size()))
      for (int i = 0; i < got; ++i)
        ASSERT_TRUE(tcp.send(std::string_view(&bytes[static_cast<std::size_t>(i)], 1)));
  };
  const auto receive = [&] {
    const auto bytes = tcp.read_some();
    ASSERT_TRUE(bytes && !bytes->empty());
    BIO_write(in, bytes->data(), static_cast<int>(bytes->size()));
  };
  while (SSL_do_handshake(ssl.get()) != 1) {
    send_pending();
    receive();
    ASSERT_FALSE(HasFatalFailure());
  }
  constexpr std::string_view kRequest = "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n";
  for (const char each : kRequest) SSL_write(ssl.get(), &each, 1);
  send_pending();
  std::string answer;
  while (answer.find("/slow") == std::string::npos) {
    std::array<char, 4096> bytes;
    const int got = SSL_read(ssl.get(), bytes.data(), bytes.size());
    if (got > 0)
      answer.append(bytes.data(), static_cast<std::size_t>(got));
    else
      receive();
    ASSERT_FALSE(HasFatalFailure());
  }
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 "));
}

TEST_F(HostileTlsClient, RenegotiationIsRefusedAndTheConnectionGoesOn) {
  serve_shop();
  const auto visitor = client({.max_version = TLS1_2_VERSION});
  ASSERT_TRUE(visitor->tls.handshake());
  EXPECT_EQ(SSL_renegotiate(visitor->tls.ssl()), 1);
  EXPECT_FALSE(visitor->tls.handshake());
  EXPECT_EQ(visitor->tls.error(), "no renegotiation");
}

TEST_F(HostileTlsClient, KeyUpdatesAreAnswered) {
  serve_shop();
  const auto visitor = client();
  ASSERT_TRUE(visitor->tls.handshake());
  for (int i = 0; i < 20; ++i) {
    ASSERT_EQ(SSL_key_update(visitor->tls.ssl(), SSL_KEY_UPDATE_REQUESTED), 1);
    ASSERT_TRUE(visitor->get().starts_with("HTTP/1.1 200 "));
    visitor->tls.read_until("/");
  }
}

TEST_F(HostileTlsClient, LargeBodiesGoBothWaysThroughSlowReaders) {
  serve_shop();
  const auto visitor = client();
  ASSERT_TRUE(visitor->tls.handshake());
  std::string body(12 * 1024 * 1024, 'x');
  for (std::size_t i = 0; i < body.size(); i += 997) body[i] = static_cast<char>('a' + i % 26);
  ASSERT_TRUE(visitor->tls.write("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " +
                                 std::to_string(body.size()) + "\r\n\r\n"));
  ASSERT_TRUE(visitor->tls.write(body));
  visitor->tls.read_until("\r\n\r\n");
  EXPECT_TRUE(visitor->tls.read_until_close() == body);
  EXPECT_TRUE(visitor->tls.clean_end());
}

}  // namespace
}  // namespace understudy::net
