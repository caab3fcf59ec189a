// Every TLS of a proxy, of listeners and of origins: opened, kept across reloads of the configuration, and
// renewed when its files change.
#pragma once

#include "core/base/result.hpp"
#include "core/net/executor.hpp"
#include "core/net/tls_source.hpp"
#include "core/net/tls_ticket_keys.hpp"
#include "core/net/worker.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

namespace understudy::net {
class TlsClientSource;
class TlsServerSource;
struct OriginUrl;
struct TlsClientOptions;
}  // namespace understudy::net

namespace understudy::proxy {

struct ProxyConfig;

class TlsRegistry {
 public:
  /// How often files are looked at.
  static constexpr std::chrono::milliseconds kInterval{500};

  TlsRegistry();
  ~TlsRegistry();
  TlsRegistry(const TlsRegistry&) = delete;
  TlsRegistry& operator=(const TlsRegistry&) = delete;

  /// Puts the sources of its TLS into `config`: those that are open with the same settings, or new ones. They
  /// live as long as a copy of the configuration or somebody who uses them. Blocks on file reads; any thread.
  Outcome<> open(ProxyConfig& config);

  /// From here on the control worker looks at the files every kInterval. Before it runs, or on its thread.
  void start(net::Worker& control);
  void stop();
  /// Looks at the files now; what was refused before is tried again. Any thread.
  void poll(bool force);

  struct Entry {
    std::shared_ptr<const net::TlsSource> source;
    bool listener = false;  ///< or an origin
  };
  /// What is open now, for metrics.
  std::vector<Entry> entries() const;

 private:
  void await_tick();
  Outcome<std::shared_ptr<net::TlsClientSource>> open_client(const net::OriginUrl& url,
                                                             const net::TlsClientOptions& options);

  const std::shared_ptr<net::TicketKeyring> keyring_;
  mutable std::mutex mutex_;
  std::vector<std::weak_ptr<net::TlsServerSource>> servers_;
  std::vector<std::weak_ptr<net::TlsClientSource>> clients_;
  std::unique_ptr<net::Timer> timer_;
};

}  // namespace understudy::proxy
