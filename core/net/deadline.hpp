// Coarse timeouts for many connections at the price of one timer: a wheel that ticks every 100 ms.
#pragma once

#include "core/net/executor.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace understudy::net {

class DeadlineWheel;

/// One per connection leg. When it passes, `expire` is called on the worker's thread (it usually closes a
/// socket, which ends the pending operation with an error). Re-arming is a few instructions. Intrusive:
/// neither copied nor moved. `expire` may arm, disarm or destroy any deadline of the wheel, this one
/// included.
class Deadline {
 public:
  using Expire = void (*)(void* owner);
  Deadline(DeadlineWheel& wheel, Expire expire, void* owner)
      : wheel_(wheel), expire_(expire), owner_(owner) {}
  ~Deadline() { disarm(); }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  /// Passes after `delay` or up to two ticks later, never earlier; replaces an earlier arming.
  void arm(std::chrono::nanoseconds delay) noexcept;
  void disarm() noexcept;
  /// It has passed since it was last armed.
  bool expired() const noexcept { return expired_; }

 private:
  friend class DeadlineWheel;
  DeadlineWheel& wheel_;
  Expire expire_;
  void* owner_;
  Deadline** link_ = nullptr;  ///< the pointer that points here: a slot's head or a neighbour's `next_`
  Deadline* next_ = nullptr;
  std::uint64_t due_tick_ = 0;
  bool expired_ = false;
};

/// Hashed timer wheel (Varghese and Lauck 1987, scheme 6). Belongs to one worker's thread.
/// Its timer runs only while a deadline is armed, so an idle process sleeps.
class DeadlineWheel {
 public:
  static constexpr std::chrono::milliseconds kTick{100};

  explicit DeadlineWheel(Executor executor);
  ~DeadlineWheel();
  DeadlineWheel(const DeadlineWheel&) = delete;
  DeadlineWheel& operator=(const DeadlineWheel&) = delete;

  /// Lets time pass for the armed deadlines, or holds it.
  void start();
  void stop();

  std::size_t armed() const noexcept { return armed_; }

 private:
  friend class Deadline;
  static constexpr std::size_t kSlots = 1024;
  void link(Deadline& deadline, std::uint64_t due_tick) noexcept;
  void unlink(Deadline& deadline) noexcept;
  void schedule();
  void tick();

  Timer timer_;
  std::vector<Deadline*> slots_;
  std::size_t armed_ = 0;
  std::uint64_t now_tick_ = 0;
  bool running_ = false;
  bool ticking_ = false;
};

}  // namespace understudy::net
