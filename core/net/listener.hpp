// Takes connections in on one worker and survives running out of descriptors.
#pragma once

#include "core/base/result.hpp"
#include "core/net/executor.hpp"
#include "core/net/listening_socket.hpp"
#include "core/net/stream.hpp"
#include "core/net/worker.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace understudy::net {

/// A listening socket with its accept loop; accepted sockets are non-blocking, close-on-exec and have
/// TCP_NODELAY. When descriptors or memory run out the loop pauses for 100 ms instead of spinning; clients
/// wait in the backlog meanwhile. When that has not helped for a second, a descriptor kept in reserve
/// lets it turn those who wait away, a burst per pause, rather than leave them without an answer. Lives on
/// its worker's thread, see Worker.
class Listener {
 public:
  /// Called on the worker's thread for each connection.
  using Accepted = std::function<void(Stream stream, const tcp::endpoint& peer)>;
  /// What happens when descriptors run out; each may be empty.
  struct Exhaustion {
    /// A connection that there is no descriptor for: it must be closed before this returns.
    std::function<void(Stream stream)> turned_away;
    /// The loop pauses.
    std::function<void()> paused;
  };

  /// Binds and listens at once: from here on clients can connect and wait.
  static Outcome<std::unique_ptr<Listener>> open(Worker& worker, const ListenerOptions& options);
  /// On the worker's thread, or before it runs.
  static Outcome<std::unique_ptr<Listener>> take(Worker& worker, ListeningSocket socket);
  ~Listener();

  tcp::endpoint address() const noexcept;
  /// Begins to accept. Once. Without `turned_away` such connections are closed without a word.
  void start(Accepted accepted, Exhaustion exhaustion = {});
  /// Closes the listening socket now: the kernel resets whoever waits in its queue. Connections already
  /// handed over are not touched.
  void stop() noexcept;
  /// Closes it so that nobody is reset: lets no new handshake begin (a filter in the socket drops each SYN,
  /// whose sender tries again and is refused, or reaches another process), takes the connections whose
  /// handshake is under way, and closes when none has come for a while (`kQuiet`, at most `kSettleMax`).
  /// A shared socket is closed at once: what waits in its queue waits for its other owners. ADR 11.
  void settle();
  static constexpr std::chrono::milliseconds kQuiet{100};
  static constexpr std::chrono::seconds kSettleMax{2};

  /// False once it has been closed, after `settle` some time later.
  bool is_open() const noexcept;
  /// How often the loop has paused.
  std::uint64_t pauses() const noexcept;

 private:
  struct State;
  explicit Listener(std::shared_ptr<State> state);
  static void close_when_quiet(const std::shared_ptr<State>& state);
  static Task<> accept_loop(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;  ///< shared with the loop, which may outlive the listener by one turn
};

}  // namespace understudy::net
