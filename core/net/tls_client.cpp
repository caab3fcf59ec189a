#include "core/net/tls_client.hpp"

#include "core/net/tls_context.hpp"

#include <stdexcept>
#include <string_view>
#include <utility>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

namespace understudy::net {
namespace {

constexpr unsigned char kAlpn[] = "\x08http/1.1";

std::vector<std::string> paths_of(const TlsClientOptions& options) {
  std::vector<std::string> paths;
  for (const auto* path : {&options.ca, &options.identity.certificate, &options.identity.key})
    if (!path->empty()) paths.push_back(*path);
  return paths;
}

bool is_address(const std::string& host) {
  boost::system::error_code error;
  boost::asio::ip::make_address(host, error);
  return !error;
}

/// OpenSSL hands over each session that could be resumed later; 1: it is ours now.
int on_new_session(SSL* ssl, SSL_SESSION* session) {
  auto* client = static_cast<const TlsClient*>(TlsSession::of(ssl).owner());
  const_cast<TlsClient*>(client)->keep(SSL_get_SSL_CTX(ssl), SslSessionPtr(session));
  return 1;
}

/// The chain must be valid for a server and its leaf for `host` (RFC 9110 §4.3.4).
void verify_origin(SSL_CTX* context, const std::string& host) {
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  auto* parameters = SSL_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (is_address(host))
    X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str());
  else
    X509_VERIFY_PARAM_set1_host(parameters, host.data(), host.size());
}

}  // namespace

TlsClient::TlsClient(std::shared_ptr<const SslContextPtr> context, std::string host,
                     std::shared_ptr<TlsCounters> counters)
    : newest_(std::move(context)), reader_(newest_), host_(std::move(host)), counters_(std::move(counters)) {}

std::unique_ptr<TlsSession> TlsClient::begin(const std::shared_ptr<TlsClient>& client, int descriptor) {
  SSL_CTX* context = client->reader_.get()->get();
  auto session = TlsSession::make(context, descriptor, TlsSession::Role::client, client);
  if (!session) return nullptr;
  // RFC 6066 §3: addresses are not names.
  if (!is_address(client->host_))
    SSL_ctrl(session->ssl(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, client->host_.data());
  client->resume(session->ssl(), context);
  ERR_clear_error();
  return session;
}

void TlsClient::resume(SSL* ssl, SSL_CTX* context) {
  if (context != sessions_of_) {
    // What was verified by other authorities is not resumed.
    sessions_.clear();
    sessions_of_ = context;
  }
  if (sessions_.empty()) return;
  SSL_set_session(ssl, sessions_.back().get());
  // RFC 8446 §C.4: a ticket that is used twice can be recognised.
  if (SSL_SESSION_get_protocol_version(sessions_.back().get()) >= TLS1_3_VERSION) sessions_.pop_back();
}

void TlsClient::keep(SSL_CTX* made_by, SslSessionPtr session) {
  if (made_by != sessions_of_ || SSL_SESSION_is_resumable(session.get()) != 1) return;
  if (sessions_.size() >= kSessionsMax) sessions_.erase(sessions_.begin());
  sessions_.push_back(std::move(session));
}

TlsClientSource::TlsClientSource(std::string name, std::string host, TlsClientOptions options)
    : TlsSource(std::move(name), paths_of(options)),
      options_(std::move(options)),
      host_(options_.server_name.empty() ? std::move(host) : options_.server_name) {}

Outcome<std::shared_ptr<TlsClientSource>> TlsClientSource::open(std::string name, std::string host,
                                                                TlsClientOptions options) {
  std::shared_ptr<TlsClientSource> source(
      new TlsClientSource(std::move(name), std::move(host), std::move(options)));
  if (const auto loaded = source->load(); !loaded) return loaded.error();
  return source;
}

Outcome<TlsClientSource::Loaded> TlsClientSource::read_files() const {
  Loaded loaded;
  if (!options_.identity.certificate.empty()) {
    auto identity = load_credentials(options_.identity);
    if (!identity) return identity.error();
    loaded.identity = std::move(*identity);
  }
  if (options_.ca.empty()) return loaded;
  auto authorities = load_authorities(options_.ca);
  if (!authorities) return authorities.error();
  loaded.authorities = std::move(*authorities);
  return loaded;
}

Outcome<std::shared_ptr<const SslContextPtr>> TlsClientSource::build(const Loaded& loaded) const {
  auto context = make_tls_context(TLS_client_method());
  if (!context) return Failure{"OpenSSL cannot make a TLS context"};
  if (loaded.identity)
    if (const auto used = use_credentials(context.get(), *loaded.identity); !used) return used.error();
  if (loaded.authorities)
    trust_only(context.get(), *loaded.authorities);
  else
    SSL_CTX_set_default_verify_paths(context.get());
  if (options_.verify) verify_origin(context.get(), host_);
  SSL_CTX_set_alpn_protos(context.get(), kAlpn, sizeof(kAlpn) - 1);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context.get(), &on_new_session);
  ERR_clear_error();
  return std::make_shared<const SslContextPtr>(std::move(context));
}

Outcome<> TlsClientSource::load() {
  auto loaded = read_files();
  if (!loaded) return loaded.error();
  // One context more than there are threads: whether it can be made is known before anything changes.
  if (const auto tried = build(*loaded); !tried) return tried.error();
  const std::lock_guard lock(mutex_);
  const auto clients = live(clients_);
  std::vector<std::shared_ptr<const SslContextPtr>> contexts;
  for (std::size_t i = 0; i < clients.size(); ++i) {
    auto context = build(*loaded);
    if (!context) return context.error();
    contexts.push_back(std::move(*context));
  }
  for (std::size_t i = 0; i < clients.size(); ++i) clients[i]->replace(std::move(contexts[i]));
  loaded_ = std::move(*loaded);
  return {};
}

std::shared_ptr<TlsClient> TlsClientSource::attach() {
  const std::lock_guard lock(mutex_);
  auto context = build(loaded_);
  if (!context) throw std::runtime_error(context.error().message);
  live(clients_);
  auto client = std::make_shared<TlsClient>(std::move(*context), host_, shared_counters());
  clients_.push_back(client);
  return client;
}

std::vector<CertificateReport> TlsClientSource::certificates() const {
  const std::lock_guard lock(mutex_);
  if (!loaded_.identity) return {};
  return {{loaded_.identity->chain.path, loaded_.identity->chain.not_after}};
}

}  // namespace understudy::net
