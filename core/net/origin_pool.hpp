// Kept-alive connections of one worker to one origin: the newest idle one first, stale ones never.
#pragma once

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/http/limits.hpp"
#include "core/http/parser.hpp"
#include "core/net/buffered_stream.hpp"
#include "core/net/tls_client.hpp"
#include "core/net/worker.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace understudy::net {

/// How many connections of a pool exist, in use and idle; read by any thread.
using OpenGauge = std::shared_ptr<std::atomic<std::uint64_t>>;

/// One connection to the origin, with the parser of its responses. Owned by who uses it, or by the pool while
/// idle.
struct OriginConnection {
  OriginConnection(Stream connected, std::size_t buffer_bytes, const http::Limits& limits, OpenGauge gauge)
      : stream(std::move(connected), buffer_bytes), parser(limits), open_gauge(std::move(gauge)) {
    if (open_gauge) open_gauge->fetch_add(1, std::memory_order_relaxed);
  }
  ~OriginConnection() {
    if (open_gauge) open_gauge->fetch_sub(1, std::memory_order_relaxed);
  }
  OriginConnection(const OriginConnection&) = delete;
  OriginConnection& operator=(const OriginConnection&) = delete;

  BufferedStream stream;
  http::ResponseParser parser;
  std::uint64_t exchanges = 0;  ///< served before; 0: fresh
  std::uint64_t generation = 0;
  Monotonic::time_point idle_since;
  OpenGauge open_gauge;
};

using OriginConnectionPtr = std::unique_ptr<OriginConnection>;

struct OriginPoolOptions {
  std::size_t idle_max = 1024;  ///< more are closed when they come back
  std::chrono::nanoseconds idle_timeout = std::chrono::seconds(50);
  std::chrono::nanoseconds connect_timeout =
      std::chrono::seconds(5);           ///< for all endpoints together, in shares
  std::size_t buffer_bytes = 64 * 1024;  ///< at least a response head and its limit
  http::Limits limits = http::response_limits();
  OpenGauge open_gauge;            ///< null: nobody wants to know
  std::shared_ptr<TlsClient> tls;  ///< of the worker's thread; null: plain
};

/// How sure it has to be that an idle connection is not stale.
enum class Quiet : std::uint8_t {
  now,        ///< the kernel is asked: for a request that cannot go out a second time
  this_turn,  ///< as of the beginning of this turn of the event loop, which costs nothing
};

/// Belongs to one worker's thread. It has no cap on connections in use: their number is that of the requests,
/// which the listener bounds; so nothing here ever waits for another request.
class OriginPool {
 public:
  OriginPool(Worker& worker, const OriginPoolOptions& options, std::vector<Endpoint> endpoints);

  /// An idle connection, or null. One that the origin has closed, or on which it spoke out of turn, is
  /// dropped: what is handed out was quiet a moment ago.
  OriginConnectionPtr take_idle(Quiet quiet) noexcept;

  /// A fresh connection; the endpoints are tried in turn, starting with the next one. Fails with the last
  /// error, TlsErrc included, or asio::error::timed_out.
  Task<Result<OriginConnectionPtr>> connect();

  /// Takes a connection back after a whole exchange, with nothing unread and nothing unsent.
  void release(OriginConnectionPtr connection, Monotonic::time_point now);

  /// Other limits and timeouts, from the next use on; the gauge stays. What is idle already keeps its buffer.
  void set_options(const OriginPoolOptions& options);
  /// New addresses of the origin. Connections to the old ones are closed as they become idle.
  void set_endpoints(std::vector<Endpoint> endpoints);
  /// Another way to speak with the origin; connections of the old one are closed as they become idle.
  void set_tls(std::shared_ptr<TlsClient> tls);
  void close_idle() noexcept;

  std::size_t idle() const noexcept { return idle_.size(); }

 private:
  void sweep() noexcept;

  Worker& worker_;
  OriginPoolOptions options_;
  std::vector<Endpoint> endpoints_;
  std::size_t next_endpoint_ = 0;
  std::uint64_t generation_ = 0;
  std::vector<OriginConnectionPtr> idle_;  ///< the newest at the back
  Deadline sweep_;
};

}  // namespace understudy::net
