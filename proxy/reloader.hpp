// Reads the configuration again: what can block happens on a thread of its own, the change itself on the
// control thread, and both leave one line in the log.
#pragma once

#include "core/base/result.hpp"
#include "core/net/worker.hpp"
#include "core/telemetry/metrics.hpp"
#include "proxy/config/config.hpp"
#include "proxy/upstream/host_resolution.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace understudy::proxy {

/// A configuration with everything about it that had to be waited for.
struct PreparedConfig {
  ProxyConfig config;
  ResolvedHosts primary;
  ResolvedHosts shadows;
};

/// What an applied configuration has changed.
struct ReloadReport {
  std::size_t listeners_added = 0;
  std::size_t listeners_removed = 0;
  bool shadow_plane_replaced = false;
  std::string needs_restart;  ///< keys that keep their old value, "workers"; mostly empty
};

class Reloader {
 public:
  using Load = std::function<Outcome<ProxyConfig>()>;
  using Done = std::function<void(const Outcome<>&)>;
  struct Steps {
    std::function<Outcome<PreparedConfig>(ProxyConfig)> prepare;        ///< may block; the reloader's thread
    std::function<Outcome<ReloadReport>(const PreparedConfig&)> apply;  ///< the control thread
  };

  /// The control worker outlives the reloader.
  Reloader(net::Worker& control, Steps steps);
  /// Waits for a load that is under way.
  ~Reloader();
  Reloader(const Reloader&) = delete;
  Reloader& operator=(const Reloader&) = delete;

  /// Any thread. Loads, prepares and applies; when any of it fails nothing has changed. One that comes while
  /// another waits for its turn is the same as that one. `done` is called on the control thread.
  void request(Load load, Done done = {});
  /// Begins no other load. Any thread.
  void stop();

  /// understudy_config_*; control thread.
  void add_metrics(telemetry::MetricSet& metrics) const;

 private:
  struct Request {
    Load load;
    std::vector<Done> done;
  };
  void work();
  void load(const Request& request);
  void finish(const Outcome<ReloadReport>& outcome, const std::vector<Done>& done);

  net::Worker& control_;
  const Steps steps_;
  std::mutex mutex_;
  std::vector<Request> waiting_;  ///< at most one
  bool stopped_ = false;
  net::Worker lane_;
  std::thread thread_;

  // Control thread.
  std::uint64_t succeeded_ = 0;
  std::uint64_t failed_ = 0;
  bool last_succeeded_ = true;
  std::chrono::system_clock::time_point last_success_ = std::chrono::system_clock::now();
};

}  // namespace understudy::proxy
