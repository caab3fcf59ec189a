// recv and send without the C library's cancellation points, which cost two atomic steps a call in a program
// with threads. No thread of ours is ever cancelled.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

namespace understudy::net {

/// recv(2) that does not wait; -1 with errno.
inline ssize_t receive_now(int descriptor, std::span<char> room, int flags = 0) noexcept {
  return ::syscall(SYS_recvfrom, descriptor, room.data(), room.size(), flags | MSG_DONTWAIT, nullptr,
                   nullptr);
}

/// send(2) that does not wait and raises no SIGPIPE; -1 with errno.
inline ssize_t send_now(int descriptor, std::string_view bytes, int flags = 0) noexcept {
  return ::syscall(SYS_sendto, descriptor, bytes.data(), bytes.size(), flags | MSG_NOSIGNAL | MSG_DONTWAIT,
                   nullptr, 0);
}

}  // namespace understudy::net
