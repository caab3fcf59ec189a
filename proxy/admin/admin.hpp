// The operator's door: health, metrics, configuration and the switches of a running proxy, over plain HTTP.
#pragma once

#include "core/base/result.hpp"
#include "core/guard/guard.hpp"
#include "core/net/server.hpp"
#include "core/telemetry/metrics.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace understudy::proxy {

/// What the admin server shows and does. Called on its worker's thread; none may block. An empty one makes
/// its endpoint answer 404 (`ready` and `live` then answer 200).
struct AdminHooks {
  std::function<bool()> ready;               ///< false while starting and draining
  std::function<std::string()> config_json;  ///< the effective configuration, secrets left out
  std::function<void()> drain;               ///< begins a graceful stop
  std::function<void(bool paused)> set_shadow_paused;
  std::function<bool()> shadow_paused;
  std::function<void(double percent)> set_shadow_percent;  ///< in [0, 100]
  std::function<double()> shadow_percent;
  std::function<guard::Decision(const http::Request&)> explain;
  std::vector<telemetry::MetricSource> metrics;
};

/// GET /live /ready /metrics (/stats/prometheus) /config /explain?method=M&target=T; POST /drain
/// /shadow/pause /shadow/resume /shadow/percent?value=10. A mutation by another method gets 405; one that
/// carries an Origin field (a browser sent it) gets 403. No authentication: listen on loopback.
class AdminServer {
 public:
  static Outcome<std::unique_ptr<AdminServer>> listen(net::Worker& worker, const net::tcp::endpoint& address,
                                                      AdminHooks hooks);
  ~AdminServer();

  std::uint16_t port() const noexcept;
  /// On the worker's thread.
  void stop();

 private:
  AdminServer();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::proxy
