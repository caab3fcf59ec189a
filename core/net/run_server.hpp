// A whole serving process in one call: workers, one server on each, clean stop on INT and TERM. For the stub
// and the demo.
#pragma once

#include "core/base/result.hpp"
#include "core/net/executor.hpp"
#include "core/net/server.hpp"

#include <functional>

namespace understudy::net {

struct RunServerOptions {
  ServerOptions server;
  unsigned workers = 1;  ///< threads, each with its own listener
  /// How long requests that run when a signal comes may take to finish.
  std::chrono::nanoseconds stop_grace = std::chrono::seconds(5);
};

/// Serves until INT or TERM, then stops accepting and lets running requests finish; a second signal ends at
/// once. Logs `event=listening address=HOST:PORT` with the real port when it accepts connections. `handler`
/// is copied to every worker, so what it shares must be safe to use from several threads. Fails when the
/// address cannot be bound.
Outcome<> run_server_until_signal(const RunServerOptions& options, const Handler& handler);

}  // namespace understudy::net
