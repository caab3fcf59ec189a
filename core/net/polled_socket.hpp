// One connected socket that knows whether there is something to read, and the tasks that wait for it.
#pragma once

#include "core/net/executor.hpp"
#include "core/net/polled.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <tuple>

#include <boost/asio/async_result.hpp>

namespace understudy::net {

/// Lives on one worker's thread. At most one task reads or waits to read, and at most one waits to write.
/// Neither copied nor moved; destroyed only while nobody waits.
class PolledSocket final : private Polled {
 public:
  /// Of one call that reads: an error, or how many bytes came. The end of the stream is asio::error::eof.
  using ReadResult = std::tuple<boost::system::error_code, std::size_t>;

  /// Takes over `descriptor`, a connected socket; -1 for none.
  PolledSocket(const Executor& executor, int descriptor);
  ~PolledSocket() override;

  bool is_open() const noexcept { return descriptor_ >= 0; }
  /// -1 once closed.
  int descriptor() const noexcept { return descriptor_; }

  /// Waits for bytes. `room` must not be empty, and must live until the task ends. Ends with
  /// operation_aborted after `cancel` or `close`.
  Task<ReadResult> read_some(std::span<char> room);
  /// Reads what there is without waiting: no error and 0 bytes when there is nothing now.
  ReadResult try_read(std::span<char> room) noexcept;
  /// False: nothing has come since all was read, as far as the event loop has heard. Costs no system call.
  bool may_read() const noexcept { return readable_ || untold_events() != 0; }

  enum class Wait : std::uint8_t { readable, writable, either };
  /// Ends when the socket is ready, or has failed, with 0 bytes in any case; now and then although it is not.
  /// `either` counts as a task that waits to read.
  Task<ReadResult> wait(Wait wanted);

  /// Ends the waiting tasks with operation_aborted, soon and not within this call.
  void cancel() noexcept;
  /// The same, and closes.
  void close() noexcept;

 private:
  using Token = asio::use_awaitable_t<Executor>;
  using Waiter = asio::async_result<Token, void(ReadResult)>::handler_type;

  void start_read(Waiter&& waiter, std::span<char> room);
  void start_wait(Waiter&& waiter, Wait wanted);
  bool is_ready(Wait wanted) noexcept;
  std::optional<ReadResult> receive(std::span<char> room) noexcept;
  bool completes_read(bool writable, ReadResult& result) noexcept;
  void finish_soon(Waiter&& waiter, ReadResult result);
  void on_events(std::uint32_t events) override;
  void shut_down() noexcept override;

  Executor executor_;
  Poller& poller_;
  int descriptor_;
  bool readable_ = true;  ///< not known to be empty
  bool ended_ = false;    ///< the peer will send no more: short reads say nothing any longer
  bool either_ = false;   ///< whoever reads waits for writing, too
  std::span<char> room_;  ///< of the reader; empty: it wants to know, not to read
  std::optional<Waiter> reader_;
  std::optional<Waiter> writer_;
};

}  // namespace understudy::net
