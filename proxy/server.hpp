// The composition root of a proxy: workers, their data planes and tees, the shadow plane, the admin server.
#pragma once

#include "core/base/exit_code.hpp"
#include "core/base/result.hpp"
#include "core/net/executor.hpp"
#include "proxy/config/config.hpp"
#include "proxy/exchange/counters.hpp"
#include "proxy/shadow/shadow_stats.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace understudy::proxy {

/// One proxy. `open`, `run` and destruction on one thread; the rest from any.
class ProxyServer {
 public:
  /// Binds every listener, resolves the primary, opens the capture and starts the shadow plane. Fails with
  /// one sentence; then nothing is left running.
  static Outcome<std::unique_ptr<ProxyServer>> open(ProxyConfig config);
  ~ProxyServer();

  /// With real ports, in the order of the configuration.
  const std::vector<net::tcp::endpoint>& addresses() const noexcept;
  std::optional<net::tcp::endpoint> admin_address() const noexcept;

  /// Serves until `drain` or `stop` has taken its course; the caller's thread becomes the control thread.
  ExitCode run();

  /// Begins a graceful stop: no new connections, Connection: close, at most `timeouts.drain` for what runs.
  /// Then `run` returns ok.
  void drain();
  /// Ends at once; `run` returns interrupted. Captures are sealed all the same.
  void stop();
  /// Applies what can change while running: the sampled share.
  void apply(const ProxyConfig& config);
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

/// INT, TERM and HUP for `server` until it ends (design §5). `reload` reads the configuration again; empty:
/// HUP is logged and changes nothing. Blocks in `server.run()`.
ExitCode run_with_signals(ProxyServer& server, const std::function<Outcome<ProxyConfig>()>& reload);

}  // namespace understudy::proxy
