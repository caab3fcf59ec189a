// TLS for those who connect: whom to trust, whom to expect, what to show, and sessions to resume.
#pragma once

#include "core/base/published.hpp"
#include "core/base/result.hpp"
#include "core/net/openssl_ptr.hpp"
#include "core/net/tls_credentials.hpp"
#include "core/net/tls_session.hpp"
#include "core/net/tls_source.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace understudy::net {

struct TlsClientOptions {
  std::string ca;           ///< PEM; empty: the system's authorities
  TlsFiles identity;        ///< our certificate, if the origin asks for one; empty: none
  std::string server_name;  ///< for SNI and in the origin's certificate; empty: the host of its URL
  /// False trusts anybody: for trying out a replay, never for a proxy.
  bool verify = true;
  bool operator==(const TlsClientOptions&) const = default;
};

/// One thread's end of the TLS to one origin.
class TlsClient {
 public:
  TlsClient(std::shared_ptr<const SslContextPtr> context, std::string host,
            std::shared_ptr<TlsCounters> counters);

  /// A session for a new connection over `descriptor`, which will try to resume an earlier one and keeps
  /// `client`. Null when memory has run out.
  static std::unique_ptr<TlsSession> begin(const std::shared_ptr<TlsClient>& client, int descriptor);
  /// Keeps what the origin has given for resumption.
  void keep(SSL_CTX* made_by, SslSessionPtr session);

  /// Any thread.
  void replace(std::shared_ptr<const SslContextPtr> context) { newest_.publish(std::move(context)); }
  TlsCounters& counters() noexcept { return *counters_; }

 private:
  void resume(SSL* ssl, SSL_CTX* context);

  /// A TLS 1.3 ticket is for one connection: some in stock serve a burst of them.
  static constexpr std::size_t kSessionsMax = 16;

  Published<SslContextPtr> newest_;
  Published<SslContextPtr>::Reader reader_;
  std::string host_;
  SSL_CTX* sessions_of_ = nullptr;  ///< the context that made them; compared only
  std::vector<SslSessionPtr> sessions_;
  std::shared_ptr<TlsCounters> counters_;  ///< of all threads
};

/// The TLS to one origin on all threads. See TlsSource for its reloads.
class TlsClientSource final : public TlsSource {
 public:
  /// Reads all files. Fails with one sentence that names the file. `host` is that of the origin's URL.
  static Outcome<std::shared_ptr<TlsClientSource>> open(std::string name, std::string host,
                                                        TlsClientOptions options);

  const TlsClientOptions& options() const noexcept { return options_; }
  /// For one more thread; from any.
  std::shared_ptr<TlsClient> attach();

  std::vector<CertificateReport> certificates() const override;

 private:
  struct Loaded {
    std::shared_ptr<const TlsCredentials> identity;         ///< null: none
    std::shared_ptr<const TrustedAuthorities> authorities;  ///< null: the system's
  };

  TlsClientSource(std::string name, std::string host, TlsClientOptions options);
  Outcome<> load() override;
  Outcome<Loaded> read_files() const;
  Outcome<std::shared_ptr<const SslContextPtr>> build(const Loaded& loaded) const;

  const TlsClientOptions options_;
  const std::string host_;  ///< to be in the certificate
  mutable std::mutex mutex_;
  Loaded loaded_;
  std::vector<std::weak_ptr<TlsClient>> clients_;
};

}  // namespace understudy::net
