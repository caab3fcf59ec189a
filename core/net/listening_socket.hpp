// A listening socket before it belongs to a worker: opened by us, or inherited from the service manager.
#pragma once

#include "core/base/result.hpp"
#include "core/net/executor.hpp"

#include <utility>

namespace understudy::net {

struct ListenerOptions {
  tcp::endpoint address;    ///< [::] takes IPv4 as well, and becomes 0.0.0.0 on machines without IPv6
  bool reuse_port = false;  ///< SO_REUSEPORT: several workers listen on the same address
  int backlog =
      4096;  ///< connections that the kernel holds for us; it drops more (and its own limit applies)
};

/// Owns a descriptor, no event loop: made on any thread, handed to a Listener on the worker's own.
class ListeningSocket {
 public:
  /// Binds and listens: from here on clients can connect and wait. SO_REUSEADDR is set; accepted sockets
  /// inherit TCP_NODELAY and a bound on what the kernel holds unsent (64 KiB).
  static Outcome<ListeningSocket> open(const ListenerOptions& options);
  /// Takes over a descriptor that another process has opened. Fails (and leaves the descriptor alone) when it
  /// is not a listening TCP socket.
  static Outcome<ListeningSocket> adopt(int descriptor);
  /// The address with its real port when nobody has it yet: nothing listens there afterwards. SO_REUSEPORT,
  /// which lets our workers share an address, would let us share it with another program of the same user
  /// and get half of its clients; this tells.
  static Outcome<tcp::endpoint> claim(const tcp::endpoint& address);

  ListeningSocket(ListeningSocket&& other) noexcept;
  ListeningSocket& operator=(ListeningSocket&& other) noexcept;
  ~ListeningSocket();

  /// Another descriptor of the same socket: its owners share one queue of waiting connections.
  Outcome<ListeningSocket> duplicate() const;

  const tcp::endpoint& address() const noexcept { return address_; }
  /// Others have it too (`adopt`, `duplicate`): what waits in its queue is not lost when this one is closed.
  bool shared() const noexcept { return shared_; }
  /// Gives the descriptor away.
  int release() noexcept { return std::exchange(descriptor_, -1); }

 private:
  ListeningSocket(int descriptor, const tcp::endpoint& address, bool shared)
      : descriptor_(descriptor), address_(address), shared_(shared) {}

  int descriptor_;
  tcp::endpoint address_;
  bool shared_;
};

}  // namespace understudy::net
