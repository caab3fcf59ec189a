// Tells the connections of one worker when they can be read or written. Each is registered once,
// edge-triggered, so that waiting costs no system call: Asio's own reactor tries a read before each wait, or
// registers anew.
#pragma once

#include "core/net/executor.hpp"
#include "core/net/polled.hpp"

#include <array>
#include <cstddef>
#include <sys/epoll.h>

#include <boost/asio/execution_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

namespace understudy::net {

/// An epoll set within that of the io_context, which it belongs to as a service. Used on the thread that runs
/// the context, or while none does.
class Poller : public asio::execution_context::service {
 public:
  using key_type = Poller;
  static asio::execution_context::id id;

  /// Asio calls this.
  explicit Poller(asio::execution_context& context);
  ~Poller() override;
  /// That of the executor's context, made at the first call.
  static Poller& of(const Executor& executor);

  /// From here on `polled` hears of every change of `descriptor` to readable, writable or ended. False: the
  /// kernel has no memory for it.
  bool add(Polled& polled, int descriptor);
  /// `polled` hears no more, of events of this turn neither. Its descriptor is then to be closed.
  void remove(Polled& polled) noexcept;

 private:
  static constexpr std::size_t kEventsMax = 128;

  void shutdown() noexcept override;
  void await_events();
  void dispatch();
  void tell_next();
  void collect_events() noexcept;
  void go_on();

  asio::posix::basic_stream_descriptor<Executor> set_;
  Polled* first_ = nullptr;
  std::array<epoll_event, kEventsMax> events_;  ///< those from `next_event_` on are still to be told
  std::size_t next_event_ = 0;
  std::size_t event_count_ = 0;
  bool awaiting_ = false;
};

}  // namespace understudy::net
