// The other end of a TLS connection in a test: blocking, on OpenSSL's own socket code, independent of the
// code under test.
#pragma once

#include "tests/support/test_authority.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/ssl.h>

namespace understudy::test {

struct TlsPeerOptions {
  std::string ca;  ///< a file; empty: the other side is not verified
  TestAuthority::Files identity;
  std::string server_name;  ///< SNI
  std::vector<std::string> alpn;
  int max_version = TLS1_3_VERSION;
  bool require_client_certificate = false;  ///< as server
  std::shared_ptr<SSL_SESSION> session;     ///< to be resumed
};

class TlsPeer {
 public:
  enum class Role { client, server };
  /// Over a connected blocking descriptor that somebody else owns. Every wait ends after ten seconds.
  TlsPeer(int descriptor, Role role, const TlsPeerOptions& options)
      : TlsPeer(descriptor, role, options, make_context(role, options)) {}
  /// The same on a context that it shares with others, so that a server can resume its sessions.
  TlsPeer(int descriptor, Role role, const TlsPeerOptions& options, std::shared_ptr<SSL_CTX> context);
  static std::shared_ptr<SSL_CTX> make_context(Role role, const TlsPeerOptions& options);

  /// False: see `error`.
  bool handshake();
  bool write(std::string_view bytes);
  /// Empty at the end or after an error.
  std::string read_some();
  std::string read_until_close();
  /// Bytes up to and including `marker`, or all there were.
  std::string read_until(std::string_view marker);
  /// The end came with a close_notify.
  bool clean_end() const;
  void close_notify();

  /// What OpenSSL said last, "tlsv13 alert certificate required".
  const std::string& error() const noexcept { return error_; }
  std::string common_name() const;  ///< of the other side's certificate
  std::string alpn() const;
  bool resumed() const;
  std::shared_ptr<SSL_SESSION> session() const;
  SSL* ssl() noexcept { return ssl_.get(); }

 private:
  bool note(int result);

  std::shared_ptr<SSL_CTX> context_;
  std::shared_ptr<SSL> ssl_;
  std::string buffered_;
  std::string error_;
};

}  // namespace understudy::test
