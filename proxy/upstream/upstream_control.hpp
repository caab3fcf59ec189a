// The primary's hosts as the control thread looks after them: addresses, health checks, ejections, metrics.
#pragma once

#include "core/net/worker.hpp"
#include "proxy/upstream/host_record.hpp"
#include "proxy/upstream/host_report.hpp"
#include "proxy/upstream/host_resolution.hpp"
#include "proxy/upstream/primary_config.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace understudy::proxy {

/// Lives on the control worker's thread, or before that runs, or after its loop has ended; must outlive the
/// workers that its host sets were given to, because they report to it.
class UpstreamControl {
 public:
  struct Hooks {
    /// Hosts or addresses have changed: to be posted to every worker.
    std::function<void(std::shared_ptr<const HostSet>)> publish;
    /// Further addresses of production, before anybody connects there: no shadow may be at one of them.
    std::function<void(const std::vector<net::tcp::endpoint>&)> production;
  };

  /// `resolved` as `resolve_hosts` gave it for `config`.
  UpstreamControl(net::Worker& control, PrimaryConfig config, const ResolvedHosts& resolved,
                  std::size_t workers);
  ~UpstreamControl();
  UpstreamControl(const UpstreamControl&) = delete;
  UpstreamControl& operator=(const UpstreamControl&) = delete;

  /// As of now: what a worker begins with.
  std::shared_ptr<const HostSet> hosts() const;

  /// Begins to look names up again and to check health. Once.
  void start(Hooks hooks);
  /// Another `primary:`. Hosts of the same name keep connections, health, ejections and counters; those gone
  /// finish what they serve; new ones are published. `resolved` belongs to `config`; where it has no address
  /// for a host that stays, the known ones remain.
  void reconfigure(PrimaryConfig config, const ResolvedHosts& resolved);
  /// Ends look-ups and checks; the hosts stay as they are.
  void stop();

  /// For metrics: every host in the order of the configuration.
  std::vector<HostReport> reports() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::proxy
