#include "core/net/write.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <sys/uio.h>

namespace understudy::net {
namespace {

constexpr std::size_t kPiecesMax = 16;

/// Turns what a send call said into a result; `again` asks for another try.
Result<std::size_t> sent_bytes(ssize_t sent, bool& again) noexcept {
  again = false;
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (errno == EAGAIN || errno == EWOULDBLOCK) return std::size_t{0};
  again = errno == EINTR;
  return boost::system::error_code(errno, boost::system::system_category());
}

}  // namespace

Result<std::size_t> try_write(TcpSocket& socket, std::string_view bytes) noexcept {
  while (true) {
    bool again = false;
    const auto sent = sent_bytes(
        ::send(socket.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT), again);
    if (!again) return sent;
  }
}

Result<std::size_t> try_write(TcpSocket& socket, std::span<const asio::const_buffer> pieces) noexcept {
  std::array<iovec, kPiecesMax> vectors;
  const auto count = std::min(pieces.size(), kPiecesMax);
  for (std::size_t i = 0; i < count; ++i)
    vectors[i] = {.iov_base = const_cast<void*>(pieces[i].data()), .iov_len = pieces[i].size()};
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = count;
  while (true) {
    bool again = false;
    const auto sent =
        sent_bytes(::sendmsg(socket.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT), again);
    if (!again) return sent;
  }
}

Task<Result<>> write_all(TcpSocket& socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = try_write(socket, bytes);
    if (!sent) co_return sent.error();
    bytes.remove_prefix(*sent);
    if (bytes.empty()) break;
    const auto [error] = co_await socket.async_wait(tcp::socket::wait_write, use_task);
    if (error) co_return error;
  }
  co_return Result<>{};
}

}  // namespace understudy::net
