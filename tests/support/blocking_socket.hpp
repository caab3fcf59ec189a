// A plain blocking loopback socket with a time limit on everything: independent of the code under test.
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace understudy::test {

/// Owns a descriptor. Every wait ends after `timeout` at the latest. One thread, except `abort`.
class BlockingSocket {
 public:
  explicit BlockingSocket(int descriptor, std::chrono::milliseconds timeout);
  ~BlockingSocket();
  BlockingSocket(const BlockingSocket&) = delete;
  BlockingSocket& operator=(const BlockingSocket&) = delete;

  int descriptor() const noexcept { return descriptor_; }

  /// False when the peer is gone or does not take the bytes in time.
  bool send(std::string_view bytes);
  /// One read of at most 64 KiB; nullopt on timeout, empty at the end or on reset.
  std::optional<std::string> read_some();
  /// The bytes up to and including `marker`, or all there were until close or timeout.
  std::string read_until(std::string_view marker);
  std::string read_exactly(std::size_t bytes);
  std::string read_until_close();
  /// One message: head, and the body that Content-Length or chunked announces (trailers included), as raw
  /// bytes. Responses without either are read until close, unless `no_body` (HEAD, 204, 304). Bytes beyond
  /// stay buffered.
  std::string read_message(bool is_request, bool no_body = false);
  /// True when the peer closes (or resets) in time; bytes before that are discarded.
  bool wait_for_close();

  /// Ends the sending side; the peer reads an end.
  void shutdown_send();
  /// Closes with a reset instead of an end.
  void reset();
  void close();
  /// From another thread: makes pending and later calls end as if the peer had closed.
  void abort();

 private:
  bool fill();

  int descriptor_;
  std::mutex closing_;  ///< so that `abort` never meets a number that the system has given away again
  std::chrono::milliseconds timeout_;
  std::string buffered_;
};

}  // namespace understudy::test
