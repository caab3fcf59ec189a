// The operator's door: health, metrics, configuration and the switches of a running proxy, over plain HTTP.
#pragma once

#include "core/base/result.hpp"
#include "core/guard/guard.hpp"
#include "core/net/server.hpp"
#include "core/telemetry/metrics.hpp"
#include "proxy/config/admin_config.hpp"

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

/// GET /live /ready /metrics (/stats/prometheus) /config (/config_dump) /explain?method=M&target=T; POST
/// /drain /shadow/pause /shadow/resume /shadow/percent?value=10. A mutation by another method gets 405; one
/// that carries an Origin field (a browser sent it) gets 403. Who may ask at all: see refuse_admin.
class AdminServer {
 public:
  /// Binds; answers as `serve` tells it, which comes before the worker's next turn.
  static Outcome<std::unique_ptr<AdminServer>> listen(net::Worker& worker, const AdminConfig& config);
  ~AdminServer();

  /// From now on, with the token of `config`. On the worker's thread, or before it runs.
  void serve(const AdminConfig& config, AdminHooks hooks);

  std::uint16_t port() const noexcept;
  /// On the worker's thread.
  void stop();

 private:
  AdminServer();
  struct Room;
  static net::Task<http::Response> answer(std::shared_ptr<const Room> room, const http::Request& request);

  std::shared_ptr<Room> room_;
  std::unique_ptr<net::Server> server_;
};

}  // namespace understudy::proxy
