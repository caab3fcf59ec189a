// Coarse timeouts for many connections at the price of one timer: a wheel that ticks every 100 ms.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "core/net/executor.hpp"

namespace understudy::net {

class DeadlineWheel;

/// One per connection leg. When it passes, `expire` is called on the worker's thread (it usually closes a socket,
/// which ends the pending operation with an error). Re-arming is a few instructions. Intrusive: neither copied nor moved.
class Deadline {
 public:
  using Expire = void (*)(void* owner);
  Deadline(DeadlineWheel& wheel, Expire expire, void* owner) : wheel_(wheel), expire_(expire), owner_(owner) {}
  ~Deadline() { disarm(); }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  /// Passes after `delay`, rounded up to a tick; replaces an earlier arming.
  void arm(std::chrono::nanoseconds delay) noexcept;
  void disarm() noexcept;
  bool expired() const noexcept { return expired_; }

 private:
  friend class DeadlineWheel;
  DeadlineWheel& wheel_;
  Expire expire_;
  void* owner_;
  Deadline* previous_ = nullptr;
  Deadline* next_ = nullptr;
  std::uint64_t due_tick_ = 0;
  bool linked_ = false;
  bool expired_ = false;
};

/// Hashed timer wheel (Varghese and Lauck 1987, scheme 6). Belongs to one worker's thread.
class DeadlineWheel {
 public:
  static constexpr std::chrono::milliseconds kTick{100};

  explicit DeadlineWheel(Executor executor);
  ~DeadlineWheel();

  /// Starts and stops the ticking timer.
  void start();
  void stop();

 private:
  friend class Deadline;
  static constexpr std::size_t kSlots = 1024;
  void link(Deadline& deadline, std::uint64_t due_tick) noexcept;
  void unlink(Deadline& deadline) noexcept;
  void schedule();
  void tick();

  Timer timer_;
  std::vector<Deadline*> slots_;
  std::uint64_t now_tick_ = 0;
  bool running_ = false;
};

}  // namespace understudy::net
