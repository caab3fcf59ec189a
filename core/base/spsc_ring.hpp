// The only place where threads of the data path meet: a bounded queue of one producer and one consumer.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <new>
#include <utility>
#include <vector>

namespace understudy {

/// Bounded single-producer single-consumer ring (Lamport 1983, with cached indices).
/// Neither side blocks, locks or allocates after construction. `try_push` may be called by one thread only,
/// `try_pop` by one other thread only. A slot's old value is destroyed or overwritten by the side that owns
/// it.
template <class T>
class SpscRing {
 public:
  /// Holds at least `capacity_min` elements (rounded up to a power of two).
  explicit SpscRing(std::size_t capacity_min) : slots_(std::bit_ceil(capacity_min < 2 ? 2 : capacity_min)) {}

  std::size_t capacity() const noexcept { return slots_.size(); }

  /// Producer: moves `value` in, or leaves it untouched and returns false when the ring is full.
  bool try_push(T&& value) {
    const auto head = head_.load(std::memory_order_relaxed);
    if (head - tail_seen_ == slots_.size()) {
      tail_seen_ = tail_.load(std::memory_order_acquire);
      if (head - tail_seen_ == slots_.size()) return false;
    }
    slots_[head & (slots_.size() - 1)] = std::move(value);
    head_.store(head + 1, std::memory_order_release);
    return true;
  }

  /// Consumer: moves the oldest value out, or returns false when the ring is empty.
  bool try_pop(T& value) {
    const auto tail = tail_.load(std::memory_order_relaxed);
    if (tail == head_seen_) {
      head_seen_ = head_.load(std::memory_order_acquire);
      if (tail == head_seen_) return false;
    }
    value = std::move(slots_[tail & (slots_.size() - 1)]);
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }

  /// Either side: how many elements are in flight; exact only when both sides rest.
  std::size_t size() const noexcept {
    return head_.load(std::memory_order_acquire) - tail_.load(std::memory_order_acquire);
  }

 private:
  static constexpr std::size_t kCacheLine = 64;

  std::vector<T> slots_;
  alignas(kCacheLine) std::atomic<std::size_t> head_{0};
  std::size_t tail_seen_ = 0;
  alignas(kCacheLine) std::atomic<std::size_t> tail_{0};
  std::size_t head_seen_ = 0;
};

}  // namespace understudy
