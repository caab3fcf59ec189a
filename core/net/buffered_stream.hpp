// A socket with its read buffer: what a relay holds on either side. Writes go out at once; waiting is the
// exception.
#pragma once

#include "core/base/byte_buffer.hpp"
#include "core/base/result.hpp"
#include "core/net/executor.hpp"
#include "core/net/write.hpp"

#include <cstddef>
#include <string_view>
#include <tuple>
#include <utility>

#include <boost/asio/buffer.hpp>

namespace understudy::net {

/// Lives on one worker's thread. At most one read and one write are pending at a time.
class BufferedStream {
 public:
  BufferedStream(TcpSocket socket, std::size_t buffer_bytes)
      : socket_(std::move(socket)), in_(buffer_bytes) {}

  ByteBuffer& in() noexcept { return in_; }
  TcpSocket& socket() noexcept { return socket_; }

  /// Waits for bytes; the caller commits them: `const auto [ec, n] = co_await s.read_some();
  /// s.in().commit(n);` Must not be called while `in()` is full. The end of the stream is asio::error::eof.
  Task<std::tuple<boost::system::error_code, std::size_t>> read_some() {
    const auto room = in_.make_room();
    return socket_.async_read_some(asio::buffer(room.data(), room.size()), use_task);
  }

  /// What the kernel takes without waiting: the number of bytes, 0 when it takes none now.
  Result<std::size_t> write_now(std::string_view bytes) noexcept { return try_write(socket_, bytes); }

  /// Writes all; `bytes` must stay valid until the task ends.
  Task<Result<>> write(std::string_view bytes) { return write_all(socket_, bytes); }

  /// Ends pending operations with operation_aborted; the socket stays open.
  void cancel() noexcept;
  /// Ends pending operations and closes.
  void close() noexcept;
  /// Closes with a reset (RST), which the peer cannot mistake for a clean end.
  void abort() noexcept;
  /// Half-close: the peer reads our end (RFC 9112 §9.6).
  void shutdown_send() noexcept;

 private:
  TcpSocket socket_;
  ByteBuffer in_;
};

}  // namespace understudy::net
