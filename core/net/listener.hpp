// Takes connections in on one worker and survives running out of descriptors.
#pragma once

#include "core/base/result.hpp"
#include "core/net/executor.hpp"
#include "core/net/worker.hpp"

#include <cstdint>
#include <functional>
#include <memory>

namespace understudy::net {

struct ListenerOptions {
  tcp::endpoint address;    ///< [::] takes IPv4 as well, and becomes 0.0.0.0 on machines without IPv6
  bool reuse_port = false;  ///< SO_REUSEPORT: several workers listen on the same address
  int backlog =
      4096;  ///< connections that the kernel holds for us; it drops more (and its own limit applies)
};

/// A listening socket with its accept loop. SO_REUSEADDR is set; accepted sockets are non-blocking,
/// close-on-exec and have TCP_NODELAY. When descriptors or memory run out the loop pauses for 100 ms instead
/// of spinning; clients wait in the backlog meanwhile. Lives on its worker's thread, see Worker.
class Listener {
 public:
  /// Called on the worker's thread for each connection.
  using Accepted = std::function<void(TcpSocket socket, const tcp::endpoint& peer)>;

  /// Binds and listens at once: from here on clients can connect and wait.
  static Outcome<std::unique_ptr<Listener>> open(Worker& worker, const ListenerOptions& options);
  ~Listener();

  tcp::endpoint address() const noexcept;
  /// Begins to accept. Once.
  void start(Accepted accepted);
  /// Closes the listening socket. Connections already handed over are not touched.
  void stop() noexcept;

  /// How often the loop has paused.
  std::uint64_t pauses() const noexcept;

 private:
  struct State;
  explicit Listener(std::shared_ptr<State> state);
  static Task<> accept_loop(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;  ///< shared with the loop, which may outlive the listener by one turn
};

}  // namespace understudy::net
