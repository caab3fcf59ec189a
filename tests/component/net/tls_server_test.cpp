// TLS termination: certificates, names, client certificates, resumption, reloads.
#include "tests/component/net/tls_rig.hpp"

#include <filesystem>
#include <fstream>

namespace understudy::net {
namespace {

using test::TlsPeerOptions;

class TlsTermination : public TlsServerRig {
 protected:
  TlsPeerOptions trusting() { return {.ca = authority_.write(directory_.path(), "ca")}; }
  std::string served_name(const TlsPeerOptions& options = {}) {
    const auto visitor = client(options);
    return visitor->tls.handshake() ? visitor->tls.common_name() : visitor->tls.error();
  }
  /// One request; whether it came by `session`, and the session for the next visit.
  std::pair<bool, std::shared_ptr<SSL_SESSION>> visit_with(int version,
                                                           std::shared_ptr<SSL_SESSION> session) {
    const auto visitor = client({.max_version = version, .session = std::move(session)});
    EXPECT_TRUE(visitor->tls.handshake()) << visitor->tls.error();
    EXPECT_TRUE(visitor->get().starts_with("HTTP/1.1 200 "));
    // OpenSSL does not resume what ended without it.
    visitor->tls.close_notify();
    return {visitor->tls.resumed(), visitor->tls.session()};
  }
};

TEST_F(TlsTermination, VerifiedClientIsAnswered) {
  serve_shop();
  const auto visitor = client(trusting());
  ASSERT_TRUE(visitor->tls.handshake()) << visitor->tls.error();
  EXPECT_TRUE(visitor->get().starts_with("HTTP/1.1 200 "));
  EXPECT_STREQ(SSL_get_version(visitor->tls.ssl()), "TLSv1.3");
  EXPECT_EQ(source_->counters().full, 1U);
}

TEST_F(TlsTermination, Tls12IsSpokenWithAnAeadSuite) {
  serve_shop();
  auto options = trusting();
  options.max_version = TLS1_2_VERSION;
  const auto visitor = client(options);
  ASSERT_TRUE(visitor->tls.handshake()) << visitor->tls.error();
  EXPECT_STREQ(SSL_get_cipher_name(visitor->tls.ssl()), "ECDHE-ECDSA-AES128-GCM-SHA256");
  EXPECT_TRUE(visitor->get().starts_with("HTTP/1.1 200 "));
}

TEST_F(TlsTermination, OlderVersionsAreRefusedAndCounted) {
  serve_shop();
  const auto visitor = client({.max_version = TLS1_1_VERSION});
  EXPECT_FALSE(visitor->tls.handshake());
  EXPECT_EQ(visitor->tls.error(), "tlsv1 alert protocol version");
  EXPECT_TRUE(failed_once(TlsErrc::unsupported_version));
}

TEST_F(TlsTermination, CertificateIsChosenByExactNameThenWildcardThenTheFirst) {
  serve({.certificates = {files(issue("first", {"first.example"})), files(issue("wild", {"*.shop.example"})),
                          files(issue("exact", {"pay.shop.example"}))}});
  EXPECT_EQ(served_name({.server_name = "pay.shop.example"}), "exact");
  EXPECT_EQ(served_name({.server_name = "PAY.shop.example"}), "exact");
  EXPECT_EQ(served_name({.server_name = "www.shop.example"}), "wild");
  EXPECT_EQ(served_name({.server_name = "a.b.shop.example"}), "first");
  EXPECT_EQ(served_name({.server_name = "shop.example"}), "first");
  EXPECT_EQ(served_name({.server_name = "other.example"}), "first");
  EXPECT_EQ(served_name(), "first");
}

TEST_F(TlsTermination, TwoKeyTypesForOneNameServeClientsOfEither) {
  const std::vector<std::string> names{"shop.example"};
  const auto rsa = authority_.issue_files(
      directory_.path(), "rsa", {.common_name = "rsa", .dns = names, .key = test::TestAuthority::Key::rsa});
  serve({.certificates = {files(issue("ecdsa", names)), files(rsa)}});
  const auto any = client({.server_name = "shop.example"});
  ASSERT_TRUE(any->tls.handshake());
  EXPECT_EQ(any->tls.common_name(), "ecdsa");
  const auto rsa_only = client({.server_name = "shop.example"});
  SSL_set1_sigalgs_list(rsa_only->tls.ssl(), "rsa_pss_rsae_sha256");
  ASSERT_TRUE(rsa_only->tls.handshake()) << rsa_only->tls.error();
  EXPECT_EQ(rsa_only->tls.common_name(), "rsa");
}

TEST_F(TlsTermination, AlpnTakesHttp11AndRefusesOthersWithTheAlertForIt) {
  serve_shop();
  const auto both = client({.alpn = {"h2", "http/1.1"}});
  ASSERT_TRUE(both->tls.handshake());
  EXPECT_EQ(both->tls.alpn(), "http/1.1");
  const auto h2_only = client({.alpn = {"h2"}});
  EXPECT_FALSE(h2_only->tls.handshake());
  EXPECT_EQ(h2_only->tls.error(), "tlsv1 alert no application protocol");
  EXPECT_TRUE(failed_once(TlsErrc::no_application_protocol));
}

TEST_F(TlsTermination, SessionsAreResumedByTicketAcrossARotationOfKeysButNotTwo) {
  serve_shop();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const auto visit = [&](std::shared_ptr<SSL_SESSION> session) {
      return visit_with(version, std::move(session));
    };
    const auto [first, session] = visit(nullptr);
    EXPECT_FALSE(first);
    EXPECT_TRUE(visit(session).first);
    const auto kept = visit(nullptr).second;
    keyring_->rotate(Monotonic::now());
    EXPECT_TRUE(visit(kept).first);
    const auto lost = visit(nullptr).second;
    keyring_->rotate(Monotonic::now());
    keyring_->rotate(Monotonic::now());
    EXPECT_FALSE(visit(lost).first);
  }
  EXPECT_EQ(source_->counters().resumed, 4U);
}

TEST_F(TlsTermination, EachResumptionBringsWhatTheNextOneNeeds) {
  serve_shop();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    auto session = visit_with(version, nullptr).second;
    for (int visits = 0; visits < 3; ++visits) {
      const auto [resumed, next] = visit_with(version, session);
      EXPECT_TRUE(resumed) << version;
      session = next;
    }
  }
}

TEST_F(TlsTermination, RequiredClientCertificate) {
  const auto ca = authority_.write(directory_.path(), "clients");
  serve({.certificates = {files(issue("shop", {"shop.example"}))},
         .client_ca = ca,
         .client_auth = ClientAuth::require});
  const auto with = client({.identity = issue("alice", {})});
  ASSERT_TRUE(with->tls.handshake());
  EXPECT_TRUE(with->get().starts_with("HTTP/1.1 200 "));
  // TLS 1.3 clients learn it with the first read.
  const auto without = client();
  static_cast<void>(without->tls.handshake());
  EXPECT_EQ(without->get(), "");
  EXPECT_EQ(without->tls.error(), "tlsv13 alert certificate required");
  EXPECT_TRUE(failed_once(TlsErrc::client_certificate_missing));
  const test::TestAuthority stranger("Another CA");
  const auto foreign =
      client({.identity = stranger.issue_files(directory_.path(), "mallory", {.common_name = "alice"})});
  static_cast<void>(foreign->tls.handshake());
  EXPECT_EQ(foreign->get(), "");
  EXPECT_EQ(foreign->tls.error(), "tlsv1 alert unknown ca");
  EXPECT_TRUE(failed_once(TlsErrc::certificate_untrusted));
  const auto old =
      client({.identity = authority_.issue_files(directory_.path(), "old",
                                                 {.common_name = "old", .ends = std::chrono::hours(-1)})});
  static_cast<void>(old->tls.handshake());
  EXPECT_EQ(old->get(), "");
  EXPECT_TRUE(failed_once(TlsErrc::certificate_expired));
}

TEST_F(TlsTermination, OptionalClientCertificateMayBeAbsentButNotWrong) {
  serve({.certificates = {files(issue("shop", {"shop.example"}))},
         .client_ca = authority_.write(directory_.path(), "clients"),
         .client_auth = ClientAuth::optional});
  const auto without = client();
  ASSERT_TRUE(without->tls.handshake());
  EXPECT_TRUE(without->get().starts_with("HTTP/1.1 200 "));
  const test::TestAuthority stranger("Another CA");
  const auto foreign =
      client({.identity = stranger.issue_files(directory_.path(), "mallory", {.common_name = "alice"})});
  static_cast<void>(foreign->tls.handshake());
  EXPECT_EQ(foreign->get(), "");
}

TEST_F(TlsTermination, NewCertificateIsServedAfterAPollAndOldConnectionsGoOn) {
  serve_shop();
  const auto before = client();
  ASSERT_TRUE(before->tls.handshake());
  issue("shop", {"shop.example", "new.example"});
  source_->poll(false);
  EXPECT_EQ(source_->reloads(), 1U);
  EXPECT_TRUE(before->get().starts_with("HTTP/1.1 200 "));
  const auto after = client();
  ASSERT_TRUE(after->tls.handshake());
  EXPECT_NE(
      X509_cmp(SSL_get0_peer_certificate(before->tls.ssl()), SSL_get0_peer_certificate(after->tls.ssl())), 0);
  source_->poll(false);
  EXPECT_EQ(source_->reloads(), 1U);
}

TEST_F(TlsTermination, SwapOfALinkedFolderIsNoticed) {
  const auto folder = [&](const std::string& name) {
    std::filesystem::create_directory(directory_ / name);
    authority_.issue_files(directory_ / name, "tls", {.common_name = name, .dns = {"shop.example"}});
  };
  folder("one");
  folder("two");
  std::filesystem::create_directory_symlink("one", directory_ / "..data");
  const auto link = directory_ / "..data";
  serve({.certificates = {{link / "tls.crt", link / "tls.key"}}});
  EXPECT_EQ(served_name(), "one");
  std::filesystem::create_directory_symlink("two", directory_ / "..next");
  std::filesystem::rename(directory_ / "..next", link);
  source_->poll(false);
  EXPECT_EQ(served_name(), "two");
}

TEST_F(TlsTermination, BadNewCertificateKeepsTheOldOneAndIsCountedOnce) {
  const auto shop = issue("shop", {"shop.example"});
  serve({.certificates = {files(shop)}});
  std::ofstream(shop.certificate) << "no certificate at all";
  for (int i = 0; i < 5; ++i) source_->poll(false);
  EXPECT_EQ(served_name(), "shop");
  EXPECT_EQ(source_->failed_reloads(), 1U);
  EXPECT_TRUE(source_->stale());
  issue("shop", {"shop.example"});
  source_->poll(false);
  EXPECT_FALSE(source_->stale());
  EXPECT_EQ(source_->reloads(), 1U);
}

TEST_F(TlsTermination, CertificateWithoutItsKeyYetIsNotCalledWrongAtOnce) {
  const auto shop = issue("shop", {"shop.example"});
  serve({.certificates = {files(shop)}});
  const auto next = authority_.issue({.common_name = "next", .dns = {"shop.example"}});
  std::ofstream(shop.certificate) << next.certificate;
  source_->poll(false);
  std::ofstream(shop.key) << next.key;
  source_->poll(false);
  EXPECT_EQ(source_->failed_reloads(), 0U);
  EXPECT_EQ(served_name(), "next");
}

TEST_F(TlsTermination, SessionsVerifiedByRemovedAuthoritiesAreNotResumed) {
  const auto ca = authority_.write(directory_.path(), "clients");
  serve({.certificates = {files(issue("shop", {"shop.example"}))},
         .client_ca = ca,
         .client_auth = ClientAuth::require});
  const auto alice = issue("alice", {});
  const auto first = client({.identity = alice});
  ASSERT_TRUE(first->tls.handshake());
  ASSERT_TRUE(first->get().starts_with("HTTP/1.1 200 "));
  const auto session = first->tls.session();
  std::ofstream(ca) << test::TestAuthority("The next CA").pem();
  source_->poll(false);
  const auto again = client({.identity = alice, .session = session});
  static_cast<void>(again->tls.handshake());
  EXPECT_EQ(again->get(), "");
  EXPECT_FALSE(again->tls.resumed());
}

TEST_F(TlsTermination, UnusableFilesAreRefusedWithASentence) {
  const auto shop = issue("shop", {"shop.example"});
  const auto other = issue("other", {"other.example"});
  const auto refusal = [&](const TlsFiles& pair) {
    const auto source = TlsServerSource::open("l", {.certificates = {pair}}, keyring_);
    return source ? std::string() : source.error().message;
  };
  EXPECT_NE(refusal({shop.certificate, other.key}).find("does not belong to"), std::string::npos);
  EXPECT_NE(refusal({directory_ / "nowhere.crt", shop.key}).find("cannot read"), std::string::npos);
  EXPECT_NE(refusal({shop.key, shop.key}).find("holds no PEM certificate"), std::string::npos);
  EXPECT_NE(refusal({shop.certificate, shop.certificate}).find("holds no PEM private key"),
            std::string::npos);
  const auto encrypted =
      directory_.write("encrypted.key", test::encrypted_key_pem(test::read_file(shop.key)));
  EXPECT_NE(refusal({shop.certificate, encrypted}).find("encrypted with a passphrase"), std::string::npos);
}

TEST_F(TlsTermination, ExpiredCertificateIsServedWithAWarning) {
  const auto old = authority_.issue_files(directory_.path(), "old",
                                          {.common_name = "old", .ends = std::chrono::hours(-1)});
  serve({.certificates = {files(old)}});
  EXPECT_EQ(served_name(), "old");
  EXPECT_LT(source_->certificates().front().not_after, std::chrono::system_clock::now());
  const auto chain = load_certificate_chain(old.certificate);
  EXPECT_NE(validity_warning(*chain, std::chrono::system_clock::now()).find("expired on"), std::string::npos);
}

}  // namespace
}  // namespace understudy::net
