#include "tests/support/blocking_socket.hpp"

#include "core/base/ascii.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace understudy::test {
namespace {

/// The value of a field in a raw head, lower-cased; empty when absent.
std::string field_of(std::string_view head, std::string_view name) {
  while (!head.empty()) {
    const auto end = head.find("\r\n");
    const auto line = head.substr(0, end);
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && iequals(line.substr(0, colon), name))
      return to_lower(trim(line.substr(colon + 1)));
    if (end == std::string_view::npos) break;
    head.remove_prefix(end + 2);
  }
  return {};
}

std::string take(std::string& from, std::size_t bytes) {
  auto taken = from.substr(0, bytes);
  from.erase(0, taken.size());
  return taken;
}

}  // namespace

BlockingSocket::BlockingSocket(int descriptor, std::chrono::milliseconds timeout)
    : descriptor_(descriptor), timeout_(timeout) {
  const timeval limit{.tv_sec = timeout.count() / 1000, .tv_usec = timeout.count() % 1000 * 1000};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

BlockingSocket::~BlockingSocket() { close(); }

bool BlockingSocket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::optional<std::string> BlockingSocket::read_some() {
  if (!buffered_.empty()) return std::exchange(buffered_, {});
  pollfd wait{.fd = descriptor_, .events = POLLIN, .revents = 0};
  int ready = 0;
  do ready = ::poll(&wait, 1, static_cast<int>(timeout_.count()));
  while (ready < 0 && errno == EINTR);
  if (ready == 0) return std::nullopt;
  std::string bytes(64 * 1024, '\0');
  const auto got = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

bool BlockingSocket::fill() {
  auto held = std::exchange(buffered_, {});
  const auto more = read_some();
  buffered_ = std::move(held);
  if (!more || more->empty()) return false;
  buffered_ += *more;
  return true;
}

std::string BlockingSocket::read_until(std::string_view marker) {
  while (true) {
    if (const auto at = buffered_.find(marker); at != std::string::npos)
      return take(buffered_, at + marker.size());
    if (!fill()) return std::exchange(buffered_, {});
  }
}

std::string BlockingSocket::read_exactly(std::size_t bytes) {
  while (buffered_.size() < bytes && fill()) {
  }
  return take(buffered_, bytes);
}

std::string BlockingSocket::read_until_close() {
  while (fill()) {
  }
  return std::exchange(buffered_, {});
}

std::string BlockingSocket::read_message(bool is_request, bool no_body) {
  auto message = read_until("\r\n\r\n");
  if (no_body || !message.ends_with("\r\n\r\n")) return message;
  const std::string head = message;
  if (field_of(head, "transfer-encoding").find("chunked") != std::string::npos) {
    while (true) {
      const auto line = read_until("\r\n");
      message += line;
      const auto size = std::strtoull(line.c_str(), nullptr, 16);
      if (!line.ends_with("\r\n")) return message;
      if (size == 0) break;
      message += read_exactly(size + 2);
    }
    for (std::string line = read_until("\r\n");; line = read_until("\r\n")) {
      message += line;
      if (line == "\r\n" || !line.ends_with("\r\n")) return message;
    }
  }
  if (const auto length = field_of(head, "content-length"); !length.empty())
    return message + read_exactly(std::strtoull(length.c_str(), nullptr, 10));
  const bool interim = head.starts_with("HTTP/1.1 1");
  return is_request || interim ? message : message + read_until_close();
}

bool BlockingSocket::wait_for_close() {
  buffered_.clear();
  while (true) {
    const auto bytes = read_some();
    if (!bytes) return false;
    if (bytes->empty()) return true;
  }
}

void BlockingSocket::shutdown_send() { ::shutdown(descriptor_, SHUT_WR); }

void BlockingSocket::reset() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close();
}

void BlockingSocket::close() {
  const std::lock_guard lock(closing_);
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

void BlockingSocket::abort() {
  const std::lock_guard lock(closing_);
  if (descriptor_ >= 0) ::shutdown(descriptor_, SHUT_RDWR);
}

}  // namespace understudy::test
