// One request's dealings with the primary hosts: where it is, where it has been, what came of it.
#pragma once

#include "core/base/result.hpp"
#include "core/net/origin_pool.hpp"
#include "proxy/upstream/upstream_group.hpp"

#include <chrono>
#include <vector>

namespace understudy::proxy {

/// Reused by the exchanges of a connection, one after the other. Connections it gives out must be gone or
/// released before `end`. On the worker's thread.
class UpstreamTurn {
 public:
  explicit UpstreamTurn(UpstreamGroup& group) : group_(group) {}
  ~UpstreamTurn() { end(); }
  UpstreamTurn(const UpstreamTurn&) = delete;
  UpstreamTurn& operator=(const UpstreamTurn&) = delete;

  /// A new request: the first host is chosen.
  void begin(Monotonic::time_point now);
  /// The host has failed (counted here): on to one that has not been tried. False, and nothing counted, when
  /// there is none or trying has taken `patience`. After a failed connect safe for any method, as no byte was
  /// sent.
  bool move_on(Monotonic::time_point now, std::chrono::nanoseconds patience);
  /// The request is over; may be called again.
  void end() noexcept;

  /// See OriginPool. No host has an address: null, and host_not_found.
  net::OriginConnectionPtr take_idle(net::Quiet quiet) noexcept;
  net::Task<Result<net::OriginConnectionPtr>> connect();
  /// After `set_hosts` has removed the host, closes.
  void release(net::OriginConnectionPtr connection, Monotonic::time_point now);

  /// The final response head came.
  void answered(unsigned status);
  /// The request ends without a connection or a whole response, through no fault of the client.
  /// `head_sent_down`: after `answered`.
  void failed(bool head_sent_down);

  /// Empty before `begin` and after `end`.
  std::string_view host_name() const noexcept;

 private:
  void enter(UpstreamHost* host) noexcept;

  UpstreamGroup& group_;
  UpstreamHost* host_ = nullptr;
  Monotonic::time_point began_;
  std::vector<UpstreamHost*> tried_;  ///< compared only, never followed: a host may be gone
};

}  // namespace understudy::proxy
