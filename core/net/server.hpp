// A small HTTP server for our own answers: the admin API, the stub, the demo shop. Production traffic has its
// own path.
#pragma once

#include "core/base/result.hpp"
#include "core/http/limits.hpp"
#include "core/http/message.hpp"
#include "core/net/executor.hpp"
#include "core/net/tls_server.hpp"
#include "core/net/worker.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace understudy::net {

struct ServerOptions {
  tcp::endpoint address;
  bool reuse_port = false;                        ///< several workers listen on the same address
  std::size_t body_bytes_max = 64 * 1024 * 1024;  ///< 413 above
  std::size_t connections_max = 10'000;           ///< more are answered 503 and closed
  std::chrono::nanoseconds head_timeout =
      std::chrono::seconds(10);  ///< from the first byte of a head to its last; 408
  std::chrono::nanoseconds idle_timeout =
      std::chrono::seconds(75);  ///< between requests, and for a peer that neither
                                 ///< sends its body nor takes our answer
  std::chrono::nanoseconds tls_handshake_timeout = std::chrono::seconds(10);
  http::Limits limits;
  std::shared_ptr<TlsServerSource> tls;  ///< null: plain
};

/// Answers one request. Requests of a connection come one after the other. The request lives until the task
/// ends. What leaves as an exception is answered 500 and logged. `Connection: close` in the response ends the
/// connection; an empty reason is filled in, framing fields are the server's own. What the handler refers to
/// must live as long as the worker's tasks.
using Handler = std::function<Task<http::Response>(const http::Request&)>;

/// Listens on one worker. Framing, keep-alive, HEAD, Expect: 100-continue and Date are the server's business.
class Server {
 public:
  /// Binds and listens at once (so `port()` is known), serves when the worker runs. The worker outlives the
  /// server, which is destroyed on the worker's thread or after `run` has returned; that is a `stop`.
  static Outcome<std::unique_ptr<Server>> listen(Worker& worker, const ServerOptions& options,
                                                 Handler handler);
  ~Server();

  std::uint16_t port() const noexcept;
  /// On the worker's thread: accepts no more, closes idle connections, lets running requests finish.
  void stop();
  /// Open connections, on the worker's thread.
  std::size_t connections() const noexcept;

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::net
