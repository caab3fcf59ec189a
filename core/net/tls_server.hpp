// TLS for those who accept: certificates by name, client certificates, tickets, and their replacement at run
// time.
#pragma once

#include "core/base/published.hpp"
#include "core/base/result.hpp"
#include "core/net/tls_credentials.hpp"
#include "core/net/tls_source.hpp"
#include "core/net/tls_ticket_keys.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace understudy::net {

/// What is asked of clients.
enum class ClientAuth : std::uint8_t {
  none,
  optional,  ///< a certificate that is sent must be valid
  require,
};

struct TlsServerOptions {
  /// The first is for clients that name no host or one that no certificate has. Certificates for the same
  /// names with keys of different types stand for each other.
  std::vector<TlsFiles> certificates;
  std::string client_ca;  ///< PEM; needed unless `client_auth` is none
  ClientAuth client_auth = ClientAuth::none;
  bool operator==(const TlsServerOptions&) const = default;
};

class TlsServerContext;

/// One thread's end of a listener's TLS. Outlived by nothing that it has begun: handshakes keep what they
/// use.
class TlsServer {
 public:
  TlsServer(std::shared_ptr<const TlsServerContext> context, std::shared_ptr<TlsCounters> counters);

  /// For a new handshake, on the thread that it belongs to.
  std::shared_ptr<const TlsServerContext> context() { return reader_.get(); }
  /// Any thread.
  void replace(std::shared_ptr<const TlsServerContext> context) { newest_.publish(std::move(context)); }
  TlsCounters& counters() noexcept { return *counters_; }

 private:
  Published<TlsServerContext> newest_;
  Published<TlsServerContext>::Reader reader_;
  std::shared_ptr<TlsCounters> counters_;  ///< of all threads
};

/// A listener's TLS on all threads. See TlsSource for its reloads.
class TlsServerSource final : public TlsSource {
 public:
  /// Reads all files. Fails with one sentence that names the file. `name` is the listener's, for logs and
  /// metrics; the keyring may be shared by several sources, tickets are not.
  static Outcome<std::shared_ptr<TlsServerSource>> open(std::string name, TlsServerOptions options,
                                                        std::shared_ptr<TicketKeyring> keyring);

  const TlsServerOptions& options() const noexcept { return options_; }
  /// For one more thread; from any.
  std::shared_ptr<TlsServer> attach();

  std::vector<CertificateReport> certificates() const override;

 private:
  struct Loaded {
    std::vector<std::shared_ptr<const TlsCredentials>> credentials;
    std::shared_ptr<const TrustedAuthorities> client_authorities;  ///< null: none are asked for
  };

  TlsServerSource(std::string name, TlsServerOptions options, std::shared_ptr<TicketKeyring> keyring);
  Outcome<> load() override;
  Outcome<Loaded> read_files() const;
  Outcome<std::shared_ptr<const TlsServerContext>> build(const Loaded& loaded) const;

  const TlsServerOptions options_;
  const std::shared_ptr<TicketKeyring> keyring_;
  mutable std::mutex mutex_;  ///< of what stands below: control thread against those that attach
  Loaded loaded_;
  std::vector<std::weak_ptr<TlsServer>> servers_;
};

}  // namespace understudy::net
