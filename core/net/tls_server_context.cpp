#include "core/net/tls_server_context.hpp"

#include "core/base/ascii.hpp"
#include "core/net/tls_session.hpp"

#include <algorithm>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

namespace understudy::net {
namespace {

const TlsServerContext& context_of(const SSL* ssl) noexcept {
  return *static_cast<const TlsServerContext*>(TlsSession::of(ssl).owner());
}

/// SNI (RFC 6066 §3).
int on_server_name(SSL* ssl, int*, void*) {
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
  SSL_set_SSL_CTX(ssl, context_of(ssl).choose(name));
  return SSL_TLSEXT_ERR_OK;
}

/// ALPN (RFC 7301): a client that knows none of our protocols gets the alert that says so (§3.2).
int on_alpn(SSL*, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered,
            unsigned int offered_size, void*) {
  static constexpr unsigned char kOurs[] = "\x08http/1.1\x08http/1.0";
  unsigned char* selected = nullptr;
  if (SSL_select_next_proto(&selected, chosen_size, kOurs, sizeof(kOurs) - 1, offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = selected;
  return SSL_TLSEXT_ERR_OK;
}

/// Looked up once: OpenSSL would do so at every use.
const EVP_CIPHER* ticket_cipher() noexcept {
  static const EVP_CIPHER* const fetched = EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr);
  return fetched != nullptr ? fetched : EVP_aes_256_cbc();
}

bool prepare(EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, const TicketKey& key, unsigned char* iv, bool seal) {
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, const_cast<unsigned char*>(key.mac.data()),
                                        key.mac.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>("SHA256"), 0),
      OSSL_PARAM_construct_end()};
  if (EVP_MAC_CTX_set_params(mac, parameters) != 1) return false;
  return EVP_CipherInit_ex(cipher, ticket_cipher(), nullptr, key.aes.data(), iv, seal ? 1 : 0) == 1;
}

/// Seals and opens session tickets (RFC 5077 §4, RFC 8446 §4.6.1). Returns as OpenSSL asks: -1 failed, 0 not
/// ours, 1 done, 2 opened and to be replaced: with TLS 1.3 always, for its clients use a ticket once (RFC
/// 8446 §C.4) and would otherwise resume every second time at most.
int on_ticket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac,
              int seal) {
  const auto& keys = context_of(ssl).ticket_keys();
  if (seal != 0) {
    const auto& key = keys.front();
    std::copy(key.name.begin(), key.name.end(), name);
    if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(ticket_cipher())) != 1) return -1;
    return prepare(cipher, mac, key, iv, true) ? 1 : -1;
  }
  for (const auto& key : keys) {
    if (!std::equal(key.name.begin(), key.name.end(), name)) continue;
    if (!prepare(cipher, mac, key, iv, false)) return -1;
    const bool reusable = SSL_version(ssl) < TLS1_3_VERSION && &key == &keys.front();
    return reusable ? 1 : 2;
  }
  return 0;
}

/// Sessions are resumed only where all of this is the same: what clients had to prove, and who proved it to
/// them.
std::string session_id_context(const TlsServerOptions& options, const TrustedAuthorities* authorities) {
  std::string text(1, static_cast<char>('0' + static_cast<int>(options.client_auth)));
  if (authorities != nullptr) text += authorities->digest;
  for (const auto& files : options.certificates) text += files.certificate + '\0';
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

void ask_for_certificates(SSL_CTX* context, ClientAuth auth, const TrustedAuthorities& authorities) {
  trust_only(context, authorities);
  auto* names = sk_X509_NAME_new_null();
  for (const auto& certificate : authorities.certificates)
    sk_X509_NAME_push(names, X509_NAME_dup(X509_get_subject_name(certificate.get())));
  SSL_CTX_set_client_CA_list(context, names);
  const int mode = SSL_VERIFY_PEER | (auth == ClientAuth::require ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0);
  SSL_CTX_set_verify(context, mode, nullptr);
}

int key_type(const TlsCredentials& credentials) { return EVP_PKEY_get_base_id(credentials.key.get()); }

}  // namespace

Outcome<> TlsServerContext::add(const TlsCredentials& credentials, std::vector<Added>& added) {
  const auto twin = std::find_if(added.begin(), added.end(), [&](const Added& before) {
    return before.credentials->chain.names == credentials.chain.names &&
           key_type(*before.credentials) != key_type(credentials);
  });
  if (twin != added.end()) {
    SSL_CTX* const shared = twin->context;
    added.push_back({&credentials, shared});
    return use_credentials(shared, credentials);
  }
  auto context = make_tls_context(TLS_server_method());
  if (!context) return Failure{"OpenSSL cannot make a TLS context"};
  if (auto used = use_credentials(context.get(), credentials); !used) return used;
  for (const auto& name : credentials.chain.names)
    by_name_.emplace(name.starts_with("*.") ? name.substr(1) : name, context.get());
  added.push_back({&credentials, context.get()});
  contexts_.push_back(std::move(context));
  return {};
}

Outcome<std::shared_ptr<const TlsServerContext>> TlsServerContext::make(
    const TlsServerOptions& options, const std::vector<std::shared_ptr<const TlsCredentials>>& credentials,
    const std::shared_ptr<const TrustedAuthorities>& authorities, std::shared_ptr<TicketKeyring> keyring) {
  if (credentials.empty()) return Failure{"TLS needs a certificate"};
  std::shared_ptr<TlsServerContext> made(new TlsServerContext(std::move(keyring)));
  std::vector<Added> added;
  for (const auto& each : credentials)
    if (auto used = made->add(*each, added); !used) return used.error();
  const auto id = session_id_context(options, authorities.get());
  constexpr auto kTicketSeconds = std::chrono::duration_cast<std::chrono::seconds>(TicketKeyring::kPeriod);
  for (const auto& each : made->contexts_) {
    SSL_CTX* context = each.get();
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_timeout(context, kTicketSeconds.count());
    SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>(id.data()),
                                   static_cast<unsigned>(id.size()));
    SSL_CTX_set_tlsext_ticket_key_evp_cb(context, &on_ticket);
    SSL_CTX_callback_ctrl(context, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
                          reinterpret_cast<void (*)()>(&on_server_name));
    SSL_CTX_set_alpn_select_cb(context, &on_alpn, nullptr);
    if (authorities) ask_for_certificates(context, options.client_auth, *authorities);
  }
  ERR_clear_error();
  return std::shared_ptr<const TlsServerContext>(std::move(made));
}

SSL_CTX* TlsServerContext::choose(std::string_view host) const {
  auto name = to_lower(host);
  if (name.ends_with('.')) name.pop_back();
  if (const auto found = by_name_.find(name); found != by_name_.end()) return found->second;
  const auto dot = name.find('.');
  if (dot == std::string::npos) return first();
  const auto found = by_name_.find(name.substr(dot));
  return found == by_name_.end() ? first() : found->second;
}

}  // namespace understudy::net
