// The composition root of a proxy: workers, their data planes and tees, the shadow plane, the admin server;
// how they are opened, reloaded and drained.
#pragma once

#include "core/base/exit_code.hpp"
#include "core/base/result.hpp"
#include "core/net/executor.hpp"
#include "proxy/config/config.hpp"
#include "proxy/exchange/counters.hpp"
#include "proxy/shadow/shadow_stats.hpp"
#include "proxy/systemd/inherited_sockets.hpp"
#include "proxy/systemd/service_notifier.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace understudy::proxy {

/// The service manager's side of the process; empty: there is none.
struct ServiceManager {
  InheritedSockets sockets;
  ServiceNotifier notifier;
};

/// One proxy. `open`, `run` and destruction on one thread; the rest from any.
class ProxyServer {
 public:
  /// Binds every listener, resolves the primary, opens the capture and starts the shadow plane. Fails with
  /// one sentence; then nothing is left running.
  static Outcome<std::unique_ptr<ProxyServer>> open(ProxyConfig config, ServiceManager manager = {});
  ~ProxyServer();

  /// With real ports, in the order of the configuration.
  std::vector<net::tcp::endpoint> addresses() const;
  std::optional<net::tcp::endpoint> admin_address() const;

  /// Serves until `drain` or `stop` has taken its course; the caller's thread becomes the control thread.
  ExitCode run();

  /// Begins a graceful stop: readiness fails, after `timeouts.drain_delay` the listeners close without
  /// resetting anybody, responses say Connection: close, and what runs has `timeouts.drain`. Then `run`
  /// returns ok.
  void drain();
  /// Ends at once; `run` returns interrupted. Captures are sealed all the same.
  void stop();
  /// Loads a configuration and applies it without dropping anything; see Reloader. A configuration that fails
  /// (`load`, a name, an address, a file) changes nothing. Everything can change but `workers` and
  /// `log.format`.
  void reload(std::function<Outcome<ProxyConfig>()> load, std::function<void(const Outcome<>&)> done = {});

  /// Closes and opens the access log again, after somebody has renamed it.
  void reopen_logs();

  std::vector<const WorkerCounters*> counters() const;
  /// Zeros when there is no shadow plane.
  ShadowStats shadow_stats() const;

 private:
  ProxyServer();
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// INT, TERM, HUP and USR1 for `server` until it ends (design §5). `load` reads the configuration again;
/// empty: HUP is logged and changes nothing. Blocks in `server.run()`.
ExitCode run_with_signals(ProxyServer& server, const std::function<Outcome<ProxyConfig>()>& load);

}  // namespace understudy::proxy
