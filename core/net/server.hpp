// A small HTTP server for our own answers: the admin API, the stub, the demo shop. Production traffic has its own path.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "core/base/result.hpp"
#include "core/http/limits.hpp"
#include "core/http/message.hpp"
#include "core/net/executor.hpp"
#include "core/net/worker.hpp"

namespace understudy::net {

struct ServerOptions {
  tcp::endpoint address;
  bool reuse_port = false;                      ///< several workers listen on the same address
  std::size_t body_bytes_max = 64 * 1024 * 1024;  ///< 413 above
  std::size_t connections_max = 10'000;
  std::chrono::nanoseconds head_timeout = std::chrono::seconds(10);
  std::chrono::nanoseconds idle_timeout = std::chrono::seconds(75);
  http::Limits limits;
};

/// Answers one request. Requests of a connection come one after the other. The request lives until the task ends.
using Handler = std::function<Task<http::Response>(const http::Request&)>;

/// Listens on one worker. Framing, keep-alive, HEAD, Expect: 100-continue and Date are the server's business.
class Server {
 public:
  /// Binds and listens at once (so `port()` is known), serves when the worker runs. The worker outlives the server.
  static Outcome<std::unique_ptr<Server>> listen(Worker& worker, const ServerOptions& options, Handler handler);
  ~Server();

  std::uint16_t port() const noexcept;
  /// On the worker's thread: accepts no more, closes idle connections, lets running requests finish.
  void stop();

 private:
  Server();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::net
