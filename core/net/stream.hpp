// One connected byte stream: the only thing that connections, pools, servers and clients read from and write
// to.
#pragma once

#include "core/base/result.hpp"
#include "core/net/executor.hpp"
#include "core/net/polled_socket.hpp"
#include "core/net/tls_session.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>

namespace understudy::net {

/// Lives on one worker's thread. At most one read and one write are pending at a time; both may be. Moved
/// only while nothing is pending.
class Stream {
 public:
  /// Of one call that reads: an error, or how many bytes came. The end of the stream is asio::error::eof,
  /// with TLS only if the peer has announced it; otherwise it is TlsErrc::truncated.
  using ReadResult = PolledSocket::ReadResult;

  /// Not connected.
  explicit Stream(const Executor& executor) : Stream(executor, -1) {}
  /// Takes over `descriptor`, a connected socket; closed when the kernel has no memory to watch it.
  Stream(const Executor& executor, int descriptor)
      : socket_(std::make_unique<PolledSocket>(executor, descriptor)) {}
  /// Takes over a connected socket.
  explicit Stream(StreamSocket socket);
  ~Stream();
  Stream(Stream&&) noexcept = default;
  Stream& operator=(Stream&&) noexcept = default;

  /// From here on the stream is `session`'s, whose handshake is still to come (core/net/tls_handshake.hpp).
  void start_tls(std::unique_ptr<TlsSession> session) noexcept { tls_ = std::move(session); }
  /// Null: plain.
  TlsSession* tls() noexcept { return tls_.get(); }

  bool is_open() const noexcept { return socket_->is_open(); }
  /// -1 once closed.
  int descriptor() const noexcept { return socket_->descriptor(); }

  /// Waits for bytes. `room` must not be empty, and must live until the task ends.
  Task<ReadResult> read_some(std::span<char> room) {
    if (tls_) return read_decrypted(room);
    return socket_->read_some(room);
  }
  /// Reads what there is without waiting: no error and 0 bytes when there is nothing now.
  ReadResult try_read(std::span<char> room) noexcept;

  /// Sends what the kernel takes without waiting and returns how much that was: 0 means "not now". The bytes
  /// that were not taken must be the first of the next write (see TlsSession::write). Never raises SIGPIPE; a
  /// peer that is gone is broken_pipe or connection_reset.
  Result<std::size_t> try_write(std::string_view bytes) noexcept;
  /// The same for several pieces in one system call: the first 16 of them.
  Result<std::size_t> try_write(std::span<const asio::const_buffer> pieces) noexcept;
  /// Sends everything, as often as it takes. `bytes` must live until the task ends. A caller that wants to
  /// save the coroutine calls `try_write` itself and comes here with the rest.
  Task<Result<>> write_all(std::string_view bytes);

  /// Ends with operation_aborted after `cancel` or `close`. Readable may turn out to be nothing with TLS.
  Task<boost::system::error_code> wait_readable();
  Task<boost::system::error_code> wait_writable();
  /// Ends when the stream can be read or written, or has failed; the caller then tries both without blocking.
  /// For a peer that may answer before it has read everything. Costs two waits, so it is for the moment when
  /// a plain write did not go through.
  Task<> wait_readable_or_writable();

  /// An idle connection that must not be used again: the peer has closed, or has sent bytes nobody asked for.
  /// One non-blocking system call in the common case, takes no bytes; says nothing about a peer that closes
  /// right after.
  bool is_stale() noexcept;
  /// The same at no cost, as of the beginning of this turn of the event loop: true is certain, false is not
  /// known.
  bool was_quiet() const noexcept {
    return is_open() && !socket_->may_read() && (!tls_ || !tls_->has_unread());
  }

  /// Ends pending operations with operation_aborted; the stream stays open.
  void cancel() noexcept;
  /// Ends pending operations and closes, with TLS after a close_notify.
  void close() noexcept;
  /// What a deadline of the stream `owner` does when it passes.
  static void close_expired(void* owner) noexcept { static_cast<Stream*>(owner)->close(); }
  /// Closes with a reset (RST), which the peer cannot mistake for a clean end.
  void abort() noexcept;
  /// Half-close: the peer reads our end (RFC 9112 §9.6), with TLS as a close_notify.
  void shutdown_send() noexcept;

  /// Of the connection itself, below TLS: for who speaks TLS on it.
  PolledSocket& socket() noexcept { return *socket_; }

 private:
  Task<ReadResult> read_decrypted(std::span<char> room);
  void close_socket() noexcept;

  std::unique_ptr<PolledSocket> socket_;  ///< null once moved from
  std::unique_ptr<TlsSession> tls_;
};

}  // namespace understudy::net
