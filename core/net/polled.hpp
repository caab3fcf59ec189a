// What a poller tells of events: the face of a descriptor that the poller sees.
#pragma once

#include <cstdint>

namespace understudy::net {

class Poller;

/// Lives on one worker's thread; `Poller::remove` before it goes.
class Polled {
 public:
  Polled(const Polled&) = delete;
  Polled& operator=(const Polled&) = delete;

 protected:
  Polled() = default;
  virtual ~Polled() = default;

  bool is_polled() const noexcept { return link_ != nullptr; }
  /// Of the turn of the event loop that is going on: not told yet.
  std::uint32_t untold_events() const noexcept { return untold_events_; }

 private:
  friend class Poller;

  /// `events` as epoll_wait(2) gave them. May destroy this object.
  virtual void on_events(std::uint32_t events) = 0;
  /// The event loop is over: lets go of the tasks that wait.
  virtual void shut_down() noexcept {}

  Polled* next_ = nullptr;
  Polled** link_ = nullptr;  ///< the pointer that points here; null: not with a poller
  std::uint32_t untold_events_ = 0;
};

}  // namespace understudy::net
