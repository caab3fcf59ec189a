// The listening sockets that a service manager has opened for us (socket activation, sd_listen_fds(3)).
#pragma once

#include "core/base/result.hpp"
#include "core/net/listening_socket.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::proxy {

/// Kept open for the life of the process, so that a reload may come back to them. One thread.
class InheritedSockets {
 public:
  /// Reads LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES and takes them out of the environment. Empty when they
  /// are absent or meant for another process. Fails when a descriptor is no listening TCP socket.
  static Outcome<InheritedSockets> from_environment();

  InheritedSockets() = default;

  bool empty() const noexcept { return sockets_.empty(); }
  /// The socket called `name` (FileDescriptorName=), or the one at position `name` when that is a number,
  /// counted from 0. Fails when there is none, or when several have that name.
  Outcome<net::ListeningSocket> by_name(std::string_view name) const;
  /// The socket bound to `address`; nothing when no such was passed.
  std::optional<net::ListeningSocket> by_address(const net::tcp::endpoint& address) const;

 private:
  struct Named {
    std::string name;
    net::ListeningSocket socket;
  };
  std::vector<Named> sockets_;
};

}  // namespace understudy::proxy
