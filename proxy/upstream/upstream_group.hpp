// One worker's connections to all primary hosts: which host serves a request, and its pool.
#pragma once

#include "core/net/origin_pool.hpp"
#include "core/net/worker.hpp"
#include "proxy/upstream/balancer.hpp"
#include "proxy/upstream/host_record.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace understudy::proxy {

/// A primary host on one worker. It stays where it is in memory for as long as a request is on it.
struct UpstreamHost {
  UpstreamHost(net::Worker& worker, const net::OriginPoolOptions& options, const HostSet::Entry& entry);

  std::shared_ptr<HostRecord> record;
  HostCounters& counters;  ///< this worker's, in `record`
  net::OriginPool pool;
  unsigned weight;
  std::shared_ptr<net::TlsClientSource> tls;  ///< what the pool's TLS was made of
  bool resolved;                              ///< has an address
  bool removed = false;                       ///< no longer configured: only finishes what it serves
  std::uint64_t in_flight = 0;                ///< requests on it
};

/// Belongs to one worker's thread. It never waits and takes no lock: what other threads know of a host comes
/// as atomics in its record, changes of hosts come as posted snapshots.
class UpstreamGroup {
 public:
  UpstreamGroup(net::Worker& worker, const net::OriginPoolOptions& options, const HostSet& hosts);

  /// New hosts, weights and addresses. A host that stays keeps its pool; connections to addresses it no
  /// longer has are closed as they become idle. One that is gone finishes the exchanges that are on it.
  void set_hosts(const HostSet& hosts);

  /// Other limits and timeouts for the pools of all hosts.
  void set_options(const net::OriginPoolOptions& options);

  /// The host for a request that has been on none of `tried`: one that is in service; when there is none
  /// left, one that is not, for a host that may be down is better than an error. Null when all have been
  /// tried or have no address. `enter` it before anything else is done.
  UpstreamHost* choose(std::span<UpstreamHost* const> tried) noexcept;
  void enter(UpstreamHost& host) noexcept { ++host.in_flight; }
  void leave(UpstreamHost& host) noexcept;

  void close_idle() noexcept;
  std::size_t size() const noexcept { return hosts_.size(); }

 private:
  UpstreamHost* balance(std::span<UpstreamHost* const> tried, bool in_service);
  std::unique_ptr<UpstreamHost> take(const HostSet::Entry& entry);

  net::Worker& worker_;
  net::OriginPoolOptions options_;
  Balancer balancer_;
  std::vector<std::unique_ptr<UpstreamHost>> hosts_;
  std::vector<std::unique_ptr<UpstreamHost>> removed_;  ///< with requests on them
  std::vector<Candidate> candidates_;                   ///< reused memory
};

}  // namespace understudy::proxy
