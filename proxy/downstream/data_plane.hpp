// The production path of one worker: its listeners, its connections, its pool, its counters.
#pragma once

#include "core/net/endpoint.hpp"
#include "core/net/listener.hpp"
#include "core/net/worker.hpp"
#include "proxy/downstream/connection.hpp"
#include "proxy/downstream/options.hpp"
#include "proxy/downstream/sampler.hpp"
#include "proxy/upstream/upstream_group.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace understudy::proxy {

struct DataPlaneOptions {
  DownstreamOptions downstream;
  std::string primary_authority;         ///< Host for an HTTP/1.0 request that has none
  std::shared_ptr<const HostSet> hosts;  ///< of the primary
  SampleKey sample_key;
};

/// Belongs to one worker. Made and listening before the worker runs; the rest on its thread unless said
/// otherwise.
class DataPlane {
 public:
  /// `share` and `tee` (null: nobody is told) outlive the plane.
  DataPlane(net::Worker& worker, const DataPlaneOptions& options, const SampleShare& share, Tee* tee);
  ~DataPlane();
  DataPlane(const DataPlane&) = delete;
  DataPlane& operator=(const DataPlane&) = delete;

  /// Binds with SO_REUSEPORT, so that every worker can; the port is a real one.
  Outcome<> listen(const net::tcp::endpoint& address);
  /// Before `start`. The queue outlives the plane.
  void set_access_log(AccessQueue* queue) noexcept { context_.access_log = queue; }
  void start();

  /// New hosts or addresses of the primary; see UpstreamGroup.
  void set_hosts(const HostSet& hosts) { upstream_.set_hosts(hosts); }

  /// Accepts no more, finishes what runs; `done` is called on this thread when the last connection has ended.
  void drain(std::function<void()> done);
  /// Ends all connections as soon as they notice; `drain` then does not take long.
  void abandon();
  /// After the worker has stopped and before it is destroyed: gives back what belongs to its event loop.
  void close();

  /// Any thread.
  const WorkerCounters& counters() const noexcept { return counters_; }

 private:
  void accept(net::TcpSocket socket, const net::tcp::endpoint& peer);
  net::Task<> serve(net::TcpSocket socket, net::tcp::endpoint peer);
  net::Task<> refuse(net::TcpSocket socket, net::tcp::endpoint peer);

  net::Worker& worker_;
  DataPlaneOptions options_;
  WorkerCounters counters_;
  UpstreamGroup upstream_;
  Sampler sampler_;
  std::optional<WorkerTee> tee_;
  PlaneContext context_;
  std::vector<std::unique_ptr<net::Listener>> listeners_;
  std::unordered_set<Connection*> connections_;
  std::size_t refusals_ = 0;  ///< being told 503
  std::uint64_t next_connection_id_;
};

}  // namespace understudy::proxy
