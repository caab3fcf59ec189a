// From one thread of the replay to the next: a bounded ring, and waiting for the sides that may wait.
#pragma once

#include "core/base/spsc_ring.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

namespace understudy::replay {

/// One producer thread, one consumer thread. The `try_` calls never block; the others sleep until something
/// changes.
template <class T>
class Handover {
 public:
  explicit Handover(std::size_t capacity) : ring_(capacity) {}

  bool try_push(T&& value) {
    if (!ring_.try_push(std::move(value))) return false;
    changed_.notify_one();
    return true;
  }

  /// False, with `value` dropped, when `abandon` was called.
  bool push(T&& value) {
    while (!abandoned_.load(std::memory_order_acquire)) {
      if (try_push(std::move(value))) return true;
      nap();
    }
    return false;
  }

  bool try_pop(T& value) {
    if (!ring_.try_pop(value)) return false;
    changed_.notify_one();
    return true;
  }

  /// False when the producer has finished and everything was taken.
  bool pop(T& value) {
    while (true) {
      // Read before the ring: what was pushed before the end is then seen.
      const bool ended = finished();
      if (try_pop(value)) return true;
      if (ended) return false;
      nap();
    }
  }

  /// Producer: nothing more will come.
  void finish() {
    finished_.store(true, std::memory_order_release);
    changed_.notify_one();
  }
  bool finished() const noexcept { return finished_.load(std::memory_order_acquire); }

  /// Consumer: takes nothing more; the producer's `push` gives up.
  void abandon() {
    abandoned_.store(true, std::memory_order_release);
    changed_.notify_one();
  }
  bool abandoned() const noexcept { return abandoned_.load(std::memory_order_acquire); }

 private:
  /// The ring takes no lock, so a wake-up can be missed: the nap is short.
  void nap() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::milliseconds(2));
  }

  SpscRing<T> ring_;
  std::atomic<bool> finished_{false};
  std::atomic<bool> abandoned_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
};

/// Bytes that exchanges in flight hold, over all threads. Whoever takes waits, whoever gives back does not.
class MemoryBudget {
 public:
  explicit MemoryBudget(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// True when `bytes` were taken. One exchange larger than everything is let through alone.
  bool try_take(std::size_t bytes) noexcept {
    const auto used = used_.load(std::memory_order_acquire);
    if (used != 0 && used + bytes > bytes_max_) return false;
    used_.fetch_add(bytes, std::memory_order_acq_rel);
    return true;
  }
  void give_back(std::size_t bytes) noexcept { used_.fetch_sub(bytes, std::memory_order_acq_rel); }

 private:
  std::size_t bytes_max_;
  std::atomic<std::size_t> used_{0};
};

/// What a run may hold: exchanges between planner and judge, and answers that wait for the judge.
struct MemoryBudgets {
  MemoryBudget planned;
  MemoryBudget answers;
};

}  // namespace understudy::replay
