// The inside of ProxyServer, for its own source files only: everything that a proxy consists of, in the order
// in which it may be destroyed.
#pragma once

#include "proxy/access_log/access_log.hpp"
#include "proxy/admin/admin.hpp"
#include "proxy/drain.hpp"
#include "proxy/listener_set.hpp"
#include "proxy/reloader.hpp"
#include "proxy/server.hpp"
#include "proxy/shadow_slot.hpp"
#include "proxy/systemd/service_notifier.hpp"
#include "proxy/systemd/watchdog.hpp"
#include "proxy/tls/tls_registry.hpp"
#include "proxy/upstream/upstream_control.hpp"
#include "proxy/worker_units.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace understudy::proxy {

class ProxyServer::Impl {
 public:
  explicit Impl(ServiceManager manager);
  ~Impl();

  Outcome<> open(ProxyConfig config);
  ExitCode run();
  void drain();
  void stop();
  void reload(Reloader::Load load, Reloader::Done done);
  void reopen_logs() { access_log_.reopen(); }

  std::vector<const WorkerCounters*> counters() const;
  ShadowStats shadow_stats() const { return shadow_ ? shadow_->stats() : ShadowStats{}; }
  std::vector<net::tcp::endpoint> addresses() const;
  std::optional<net::tcp::endpoint> admin_address() const;

 private:
  // server_open.cpp: from nothing to a configuration, and from one to the next.
  /// Everything that may block; the reloader's thread, or before the proxy runs.
  Outcome<PreparedConfig> prepare(ProxyConfig config);
  /// The control thread: all that can fail comes first, then what cannot.
  Outcome<ReloadReport> apply(const PreparedConfig& next);
  void make_workers(const ProxyConfig& config, std::size_t count);
  void set_options(const ProxyConfig& config);
  Outcome<std::unique_ptr<ShadowPlane>> prepare_shadow_plane(const ProxyConfig& config,
                                                             std::vector<net::tcp::endpoint> forbidden) const;
  Outcome<std::unique_ptr<AdminServer>> prepare_admin(const std::optional<AdminConfig>& admin);
  void switch_shadow_plane(const ProxyConfig& config, std::unique_ptr<ShadowPlane> next);
  /// With `config_` being the next one already.
  void switch_admin(std::unique_ptr<AdminServer> next);
  /// `config` is in force, but for what needs a restart.
  void keep(const ProxyConfig& config);
  void publish_addresses();
  std::string needs_restart(const ProxyConfig& next) const;

  // server.cpp
  AdminHooks admin_hooks();
  std::vector<telemetry::MetricSource> metrics();
  void announce() const;
  std::string status_text() const;
  void join_workers();

  ProxyConfig config_;  ///< in force; the control thread's
  SampleShare share_;
  net::Worker control_;
  ServiceManager manager_;
  TlsRegistry tls_;
  std::unique_ptr<UpstreamControl> upstream_;  ///< longer than the workers, which report to it
  AccessLog access_log_;                       ///< longer than the workers, which fill its queues
  WorkerUnits units_;
  std::unique_ptr<ListenerSet> listeners_;
  std::unique_ptr<ShadowSlot> shadow_;
  ShadowPlaneOptions shadow_options_;  ///< of the plane in force, without the forbidden addresses
  std::unique_ptr<AdminServer> admin_;
  Drain drain_{control_, units_, manager_.notifier};
  Watchdog watchdog_{control_, units_, manager_.notifier};
  mutable std::mutex addresses_mutex_;  ///< for those who ask from other threads
  std::vector<net::tcp::endpoint> addresses_;
  std::optional<net::tcp::endpoint> admin_address_;
  std::unique_ptr<Reloader> reloader_;
  bool running_ = false;  ///< the workers run, so that they can be waited for
};

}  // namespace understudy::proxy
