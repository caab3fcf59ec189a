// A client that sends exactly the bytes it is told to, however malformed, and shows exactly what comes back.
#pragma once

#include "tests/support/blocking_socket.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace understudy::test {

/// A blocking connection to a loopback port. See BlockingSocket for reading and closing.
class RawClient : public BlockingSocket {
 public:
  /// Throws when nobody listens there.
  explicit RawClient(std::uint16_t port, std::chrono::milliseconds timeout = std::chrono::seconds(10));

  /// One response as raw bytes, see BlockingSocket::read_message.
  std::string read_response(bool no_body = false) { return read_message(false, no_body); }

  /// Sends the bytes, ends the sending side and returns all that comes back until close.
  static std::string exchange(std::uint16_t port, std::string_view bytes);
};

/// "200" of "HTTP/1.1 200 OK..."; 0 when `response` does not start like one.
unsigned status_of(std::string_view response);
/// What follows the first empty line.
std::string_view body_of(std::string_view response);

/// A loopback port on which nobody listens (it was bound and released just now).
std::uint16_t unused_port();

}  // namespace understudy::test
