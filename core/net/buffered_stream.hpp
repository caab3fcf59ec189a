// A stream with its read buffer: what a relay holds on either side. Writes go out at once; waiting is the
// exception.
#pragma once

#include "core/base/byte_buffer.hpp"
#include "core/base/result.hpp"
#include "core/net/executor.hpp"
#include "core/net/stream.hpp"

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

namespace understudy::net {

/// Lives on one worker's thread. At most one read and one write are pending at a time.
class BufferedStream {
 public:
  BufferedStream(Stream stream, std::size_t buffer_bytes) : stream_(std::move(stream)), in_(buffer_bytes) {}

  ByteBuffer& in() noexcept { return in_; }
  Stream& stream() noexcept { return stream_; }

  /// Waits for bytes; the caller commits them: `const auto [ec, n] = co_await s.read_some();
  /// s.in().commit(n);` Must not be called while `in()` is full. The end of the stream is asio::error::eof.
  Task<Stream::ReadResult> read_some() { return stream_.read_some(in_.make_room()); }

  /// What the kernel takes without waiting: the number of bytes, 0 when it takes none now.
  Result<std::size_t> write_now(std::string_view bytes) noexcept { return stream_.try_write(bytes); }
  Result<std::size_t> write_now(std::span<const asio::const_buffer> pieces) noexcept {
    return stream_.try_write(pieces);
  }

  /// Writes all; `bytes` must stay valid until the task ends.
  Task<Result<>> write(std::string_view bytes) { return stream_.write_all(bytes); }

  /// See Stream.
  bool is_stale() noexcept { return stream_.is_stale(); }
  bool was_quiet() const noexcept { return stream_.was_quiet(); }
  /// See Stream.
  void cancel() noexcept { stream_.cancel(); }
  void close() noexcept { stream_.close(); }
  void abort() noexcept { stream_.abort(); }
  void shutdown_send() noexcept { stream_.shutdown_send(); }

 private:
  Stream stream_;
  ByteBuffer in_;
};

}  // namespace understudy::net
