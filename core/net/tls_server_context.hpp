// The OpenSSL contexts of one listener on one thread, one per set of names, and the choice between them.
#pragma once

#include "core/base/result.hpp"
#include "core/net/tls_context.hpp"
#include "core/net/tls_server.hpp"
#include "core/net/tls_ticket_keys.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace understudy::net {

/// Used by one thread; its certificates and keys never change. Lives as long as any handshake that it has
/// begun.
class TlsServerContext {
 public:
  /// `authorities` may be null when no client certificates are asked for.
  static Outcome<std::shared_ptr<const TlsServerContext>> make(
      const TlsServerOptions& options, const std::vector<std::shared_ptr<const TlsCredentials>>& credentials,
      const std::shared_ptr<const TrustedAuthorities>& authorities, std::shared_ptr<TicketKeyring> keyring);

  TlsServerContext(const TlsServerContext&) = delete;
  TlsServerContext& operator=(const TlsServerContext&) = delete;

  /// For a client that has not said yet which host it wants.
  SSL_CTX* first() const noexcept { return contexts_.front().get(); }
  /// The context for a host name as a client sends it: the exact name before a wildcard for it; the first
  /// when there is neither.
  SSL_CTX* choose(std::string_view host) const;
  const TicketKeys& ticket_keys() const { return *ticket_keys_.get(); }

 private:
  explicit TlsServerContext(std::shared_ptr<TicketKeyring> keyring)
      : keyring_(std::move(keyring)), ticket_keys_(keyring_->keys()) {}
  struct Added {
    const TlsCredentials* credentials;
    SSL_CTX* context;
  };
  Outcome<> add(const TlsCredentials& credentials, std::vector<Added>& added);

  std::shared_ptr<TicketKeyring> keyring_;
  mutable Published<TicketKeys>::Reader ticket_keys_;  ///< this thread's view
  std::vector<SslContextPtr> contexts_;
  std::unordered_map<std::string, SSL_CTX*> by_name_;  ///< lower case; "*.example.com" as ".example.com"
};

}  // namespace understudy::net
