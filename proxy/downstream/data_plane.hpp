// The production path of one worker: its listeners, its connections, its pool, its counters.
#pragma once

#include "core/net/endpoint.hpp"
#include "core/net/listener.hpp"
#include "core/net/listening_socket.hpp"
#include "core/net/tls_server.hpp"
#include "core/net/worker.hpp"
#include "proxy/downstream/connection.hpp"
#include "proxy/downstream/listener_settings.hpp"
#include "proxy/downstream/options.hpp"
#include "proxy/downstream/sampler.hpp"
#include "proxy/upstream/upstream_group.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace understudy::proxy {

struct DataPlaneOptions {
  DownstreamOptions downstream;
  std::string primary_authority;         ///< Host for an HTTP/1.0 request that has none
  std::shared_ptr<const HostSet> hosts;  ///< of the primary
  SampleKey sample_key;
};

/// Belongs to one worker. Made, with its first listeners, before the worker runs; the rest on its thread
/// unless said otherwise.
class DataPlane {
 public:
  /// `share` and `tee` outlive the plane. The tee is closed at first: nobody is told of exchanges.
  DataPlane(net::Worker& worker, const DataPlaneOptions& options, const SampleShare& share, Tee& tee);
  ~DataPlane();
  DataPlane(const DataPlane&) = delete;
  DataPlane& operator=(const DataPlane&) = delete;

  /// Takes connections in from `socket`, from `start` on. A failure (the event loop does not take the socket)
  /// is logged.
  void add_listener(ListenerId id, net::ListeningSocket socket,
                    std::shared_ptr<const ListenerSettings> settings);
  /// For connections accepted from now on.
  void change_listener(ListenerId id, std::shared_ptr<const ListenerSettings> settings);
  /// Closes it without resetting anybody; connections that came in by it end like those of a drain.
  void remove_listener(ListenerId id);
  /// Before `start`. The queue outlives the plane.
  void set_access_log(AccessQueue* queue) noexcept { context_.access_log = queue; }
  void start();

  /// Other limits, timeouts and sampling. Connections take new limits for their next request; timeouts count
  /// from their next start. The primary's hosts come by `set_hosts`.
  void set_options(const DataPlaneOptions& options);
  /// Whether somebody takes events from the tee, and what it may hold.
  void set_tee(bool open, const Tee::Options& options);
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
  /// A listener of this worker, and what the connections that came in by it must know of it.
  struct Entrance {
    ListenerId id;
    std::shared_ptr<const ListenerSettings> settings;
    std::unique_ptr<net::Listener> listener;
    std::shared_ptr<net::TlsServer> tls;  ///< this thread's end; null: plain
    bool closing = false;
  };
  /// A connection that has not come to HTTP yet.
  struct Arrival;
  using EntrancePtr = std::shared_ptr<Entrance>;

  Entrance* find_entrance(ListenerId id) noexcept;
  void open(const EntrancePtr& entrance);
  void accept(net::Stream stream, const net::tcp::endpoint& peer, const EntrancePtr& entrance);
  net::Task<> arrive(net::Stream stream, net::tcp::endpoint peer, EntrancePtr entrance);
  net::Task<bool> shake_hands(net::Stream& stream, std::shared_ptr<net::TlsServer> tls);
  net::Task<> serve(net::Stream stream, net::tcp::endpoint client, EntrancePtr entrance);
  net::Task<> refuse(net::Stream stream, net::tcp::endpoint peer);

  net::Worker& worker_;
  DataPlaneOptions options_;
  WorkerCounters counters_;
  UpstreamGroup upstream_;
  Sampler sampler_;
  WorkerTee tee_;
  PlaneContext context_;
  std::vector<EntrancePtr> entrances_;
  std::unordered_map<Connection*, EntrancePtr> connections_;
  std::unordered_set<Arrival*> arrivals_;
  bool started_ = false;
  std::size_t refusals_ = 0;  ///< being told 503
  std::uint64_t next_connection_id_;
};

}  // namespace understudy::proxy
