// Loopback addresses in the form that the socket calls want.
#pragma once

#include <cerrno>
#include <cstdint>
#include <netinet/in.h>
#include <sys/socket.h>
#include <system_error>

namespace understudy::test {

/// 127.0.0.1 with a port.
class LoopbackAddress {
 public:
  explicit LoopbackAddress(std::uint16_t port) {
    address_.sin_family = AF_INET;
    address_.sin_port = htons(port);
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  }

  const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&address_); }
  sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&address_); }
  socklen_t size() const noexcept { return sizeof address_; }
  std::uint16_t port() const noexcept { return ntohs(address_.sin_port); }

 private:
  sockaddr_in address_{};
};

inline LoopbackAddress loopback(std::uint16_t port) { return LoopbackAddress(port); }

/// Binds to a free loopback port and returns it; throws on failure.
inline std::uint16_t bind_loopback(int descriptor) {
  auto address = loopback(0);
  socklen_t size = address.size();
  if (::bind(descriptor, address.get(), size) != 0 || ::getsockname(descriptor, address.get(), &size) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot bind a loopback port");
  return address.port();
}

}  // namespace understudy::test
