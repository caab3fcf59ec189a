#include "tests/support/tls_peer.hpp"

#include <csignal>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/time.h>
#include <utility>

#include <openssl/err.h>
#include <openssl/x509.h>

namespace understudy::test {

std::shared_ptr<SSL_CTX> TlsPeer::make_context(Role role, const TlsPeerOptions& options) {
  std::shared_ptr<SSL_CTX> context(
      SSL_CTX_new(role == Role::client ? TLS_client_method() : TLS_server_method()), SSL_CTX_free);
  // OpenSSL writes without MSG_NOSIGNAL, and peers may be gone.
  std::signal(SIGPIPE, SIG_IGN);
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_max_proto_version(context.get(), options.max_version);
  // As careful clients have it: a ticket of TLS 1.3 is used once.
  if (role == Role::client)
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
  if (!options.identity.certificate.empty() &&
      (SSL_CTX_use_certificate_chain_file(context.get(), options.identity.certificate.c_str()) != 1 ||
       SSL_CTX_use_PrivateKey_file(context.get(), options.identity.key.c_str(), SSL_FILETYPE_PEM) != 1))
    throw std::runtime_error("the peer's certificate cannot be used");
  if (!options.ca.empty()) {
    SSL_CTX_load_verify_file(context.get(), options.ca.c_str());
    SSL_CTX_set_verify(
        context.get(),
        SSL_VERIFY_PEER | (options.require_client_certificate ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
        nullptr);
  }
  SSL_CTX_set_session_id_context(context.get(), reinterpret_cast<const unsigned char*>("test"), 4);
  return context;
}

TlsPeer::TlsPeer(int descriptor, Role role, const TlsPeerOptions& options, std::shared_ptr<SSL_CTX> context)
    : context_(std::move(context)) {
  const timeval limit{.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ssl_.reset(SSL_new(context_.get()), SSL_free);
  SSL_set_fd(ssl_.get(), descriptor);
  if (!options.server_name.empty())
    SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(options.server_name.c_str()));
  std::string alpn;
  for (const auto& name : options.alpn) alpn += static_cast<char>(name.size()) + name;
  if (!alpn.empty())
    SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(alpn.data()),
                        static_cast<unsigned>(alpn.size()));
  if (options.session) SSL_set_session(ssl_.get(), options.session.get());
  if (role == Role::client)
    SSL_set_connect_state(ssl_.get());
  else
    SSL_set_accept_state(ssl_.get());
}

bool TlsPeer::note(int result) {
  if (result == 1) return true;
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  error_ = reason != nullptr ? reason : "no error of OpenSSL";
  ERR_clear_error();
  return false;
}

bool TlsPeer::handshake() { return note(SSL_do_handshake(ssl_.get())); }

bool TlsPeer::write(std::string_view bytes) {
  std::size_t written = 0;
  return note(SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written));
}

std::string TlsPeer::read_some() {
  if (!buffered_.empty()) return std::exchange(buffered_, {});
  std::string bytes(64 * 1024, '\0');
  std::size_t got = 0;
  note(SSL_read_ex(ssl_.get(), bytes.data(), bytes.size(), &got));
  bytes.resize(got);
  return bytes;
}

std::string TlsPeer::read_until_close() {
  std::string all;
  for (auto more = read_some(); !more.empty(); more = read_some()) all += more;
  return all;
}

std::string TlsPeer::read_until(std::string_view marker) {
  std::string all;
  while (true) {
    if (const auto at = all.find(marker); at != std::string::npos) {
      buffered_ = all.substr(at + marker.size());
      return all.substr(0, at + marker.size());
    }
    const auto more = read_some();
    if (more.empty()) return all;
    all += more;
  }
}

bool TlsPeer::clean_end() const { return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }

void TlsPeer::close_notify() {
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

std::string TlsPeer::common_name() const {
  const X509* certificate = SSL_get0_peer_certificate(ssl_.get());
  if (certificate == nullptr) return {};
  char name[256] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
  return name;
}

std::string TlsPeer::alpn() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

bool TlsPeer::resumed() const { return SSL_session_reused(ssl_.get()) == 1; }

std::shared_ptr<SSL_SESSION> TlsPeer::session() const {
  return {SSL_get1_session(ssl_.get()), SSL_SESSION_free};
}

}  // namespace understudy::test
