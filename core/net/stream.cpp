#include "core/net/stream.hpp"

#include "core/net/socket_calls.hpp"
#include "core/net/socket_errors.hpp"

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
  if (would_block(errno)) return std::size_t{0};
  again = errno == EINTR;
  return boost::system::error_code(errno, boost::system::system_category());
}

}  // namespace

Stream::Stream(StreamSocket socket) {
  boost::system::error_code ignored;
  const auto executor = socket.get_executor();
  socket_ = std::make_unique<PolledSocket>(executor, socket.is_open() ? socket.release(ignored) : -1);
}

Stream::~Stream() {
  // An origin is told that we leave; what a client makes of an end that nobody decided on is for its framing
  // to say.
  if (tls_ && tls_->role() == TlsSession::Role::client && is_open()) tls_->send_close_notify();
}

Task<Stream::ReadResult> Stream::read_decrypted(std::span<char> room) {
  while (true) {
    const auto result = tls_->read(room);
    if (std::get<0>(result) || std::get<1>(result) != 0) co_return result;
    const auto flushed = tls_->flush();
    if (!flushed) co_return ReadResult{flushed.error(), 0U};
    const auto staging = tls_->staging();
    const auto [error, bytes] = co_await socket_->read_some(staging);
    if (error && error != asio::error::eof) co_return ReadResult{error, 0U};
    tls_->staged(error, bytes);
  }
}

Stream::ReadResult Stream::try_read(std::span<char> room) noexcept {
  if (tls_) {
    tls_->readable();
    return tls_->read(room);
  }
  return socket_->try_read(room);
}

Result<std::size_t> Stream::try_write(std::string_view bytes) noexcept {
  if (tls_) return tls_->write(bytes);
  while (true) {
    bool again = false;
    const auto sent = sent_bytes(send_now(socket_->descriptor(), bytes), again);
    if (!again) return sent;
  }
}

Result<std::size_t> Stream::try_write(std::span<const asio::const_buffer> pieces) noexcept {
  if (tls_) return tls_->write(pieces);
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
        sent_bytes(::sendmsg(socket_->descriptor(), &message, MSG_NOSIGNAL | MSG_DONTWAIT), again);
    if (!again) return sent;
  }
}

Task<Result<>> Stream::write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = try_write(bytes);
    if (!sent) co_return sent.error();
    bytes.remove_prefix(*sent);
    if (bytes.empty()) break;
    const auto [error, none] = co_await socket_->wait(PolledSocket::Wait::writable);
    if (error) co_return error;
  }
  co_return Result<>{};
}

Task<boost::system::error_code> Stream::wait_readable() {
  if (tls_ && tls_->has_unread()) co_return boost::system::error_code{};
  const auto [error, none] = co_await socket_->wait(PolledSocket::Wait::readable);
  co_return error;
}

Task<boost::system::error_code> Stream::wait_writable() {
  const auto [error, none] = co_await socket_->wait(PolledSocket::Wait::writable);
  co_return error;
}

Task<> Stream::wait_readable_or_writable() {
  if (tls_ && tls_->has_unread()) co_return;
  co_await socket_->wait(PolledSocket::Wait::either);
}

bool Stream::is_stale() noexcept {
  if (tls_) return tls_->is_stale();
  char byte = 0;
  while (true) {
    const auto got = receive_now(socket_->descriptor(), {&byte, 1}, MSG_PEEK);
    if (got < 0 && errno == EINTR) continue;
    return got >= 0 || !would_block(errno);
  }
}

void Stream::cancel() noexcept { socket_->cancel(); }

void Stream::close_socket() noexcept {
  if (tls_) tls_->forget_descriptor();
  socket_->close();
}

void Stream::close() noexcept {
  if (tls_ && is_open()) tls_->send_close_notify();
  close_socket();
}

void Stream::abort() noexcept {
  constexpr linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close_socket();
}

void Stream::shutdown_send() noexcept {
  if (tls_ && is_open()) tls_->send_close_notify();
  ::shutdown(descriptor(), SHUT_WR);
}

}  // namespace understudy::net
