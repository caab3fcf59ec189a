#include "core/net/tls_context.hpp"

#include <string>

#include <fmt/format.h>
#include <openssl/err.h>

namespace understudy::net {
namespace {

constexpr const char* kTls12Suites =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* kTls13Suites =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* kGroups = "X25519:P-256:P-384";
/// At least 112 bits: RSA from 2048, no SHA-1 signatures.
constexpr int kSecurityLevel = 2;

}  // namespace

SslContextPtr make_tls_context(const SSL_METHOD* method) {
  SslContextPtr context(SSL_CTX_new(method));
  if (!context) return nullptr;
  SSL_CTX_set_security_level(context.get(), kSecurityLevel);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_max_proto_version(context.get(), TLS1_3_VERSION);
  // What the machine's openssl.cnf may have set is taken back.
  SSL_CTX_clear_options(context.get(), SSL_OP_NO_TICKET | SSL_OP_IGNORE_UNEXPECTED_EOF |
                                           SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION |
                                           SSL_OP_LEGACY_SERVER_CONNECT);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                         SSL_OP_CIPHER_SERVER_PREFERENCE |
                                         SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context.get(), 1);
  std::string groups(kGroups);  // OpenSSL's macro casts const away
  const bool all = SSL_CTX_set_cipher_list(context.get(), kTls12Suites) == 1 &&
                   SSL_CTX_set_ciphersuites(context.get(), kTls13Suites) == 1 &&
                   SSL_CTX_set1_groups_list(context.get(), groups.data()) == 1;
  ERR_clear_error();
  return all ? std::move(context) : nullptr;
}

Outcome<> use_credentials(SSL_CTX* context, const TlsCredentials& credentials) {
  using Stack = std::unique_ptr<STACK_OF(X509),
                                OpensslDeleter<[](STACK_OF(X509) * stack) noexcept { sk_X509_free(stack); }>>;
  const Stack chain(sk_X509_new_null());
  for (const auto& certificate : credentials.chain.intermediates)
    sk_X509_push(chain.get(), certificate.get());
  ERR_clear_error();
  // A key of its own: threads that sign with a shared one meet at its locks.
  const PrivateKeyPtr key(EVP_PKEY_dup(credentials.key.get()));
  if (SSL_CTX_use_cert_and_key(context, credentials.chain.leaf.get(), key.get(), chain.get(), 1) == 1)
    return {};
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return Failure{fmt::format("the certificate in {} cannot be used: {}", credentials.chain.path,
                             reason != nullptr ? reason : "OpenSSL refuses it")};
}

void trust_only(SSL_CTX* context, const TrustedAuthorities& authorities) {
  X509_STORE* store = X509_STORE_new();
  for (const auto& certificate : authorities.certificates) X509_STORE_add_cert(store, certificate.get());
  // Trusted is what the file says, be it a root or an intermediate that stands alone.
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  SSL_CTX_set_cert_store(context, store);
  ERR_clear_error();
}

}  // namespace understudy::net
