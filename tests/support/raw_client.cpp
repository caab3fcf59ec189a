#include "tests/support/raw_client.hpp"

#include "tests/support/loopback.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace understudy::test {
namespace {

int connect_to(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = loopback(port);
  if (descriptor < 0 || ::connect(descriptor, address.get(), address.size()) != 0)
    throw std::system_error(errno, std::generic_category(), "RawClient cannot connect");
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return descriptor;
}

}  // namespace

RawClient::RawClient(std::uint16_t port, std::chrono::milliseconds timeout)
    : BlockingSocket(connect_to(port), timeout) {}

std::string RawClient::exchange(std::uint16_t port, std::string_view bytes) {
  RawClient client(port);
  client.send(bytes);
  client.shutdown_send();
  return client.read_until_close();
}

unsigned status_of(std::string_view response) {
  unsigned status = 0;
  if (response.starts_with("HTTP/1.") && response.size() >= 12)
    std::from_chars(response.data() + 9, response.data() + 12, status);
  return status;
}

std::string_view body_of(std::string_view response) {
  const auto end = response.find("\r\n\r\n");
  return end == std::string_view::npos ? std::string_view{} : response.substr(end + 4);
}

std::uint16_t unused_port() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto port = bind_loopback(descriptor);
  ::close(descriptor);
  return port;
}

}  // namespace understudy::test
