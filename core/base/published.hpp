// A value that one thread replaces and others read without a lock, but for the moment after a replacement.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

namespace understudy {

/// Holds the newest immutable version of a T. Readers keep their own copy of the pointer and look at one
/// atomic number to see whether it is still the newest.
template <class T>
class Published {
 public:
  explicit Published(std::shared_ptr<const T> first) : newest_(std::move(first)) {}
  Published(const Published&) = delete;
  Published& operator=(const Published&) = delete;

  /// Any thread.
  void publish(std::shared_ptr<const T> next) {
    {
      const std::lock_guard lock(mutex_);
      newest_.swap(next);
    }
    version_.fetch_add(1, std::memory_order_release);
    // `next`, the old version, is destroyed here and outside the lock, if nobody reads it any more.
  }

  std::shared_ptr<const T> newest() const {
    const std::lock_guard lock(mutex_);
    return newest_;
  }

  /// One thread's view. The published value must outlive it.
  class Reader {
   public:
    explicit Reader(const Published& from) : from_(&from) {}
    /// The newest version; valid until the next call.
    const std::shared_ptr<const T>& get() {
      const auto version = from_->version_.load(std::memory_order_acquire);
      if (version != seen_ || !value_) {
        value_ = from_->newest();
        seen_ = version;
      }
      return value_;
    }

   private:
    const Published* from_;
    std::shared_ptr<const T> value_;
    std::uint64_t seen_ = 0;
  };

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> newest_;
  std::atomic<std::uint64_t> version_{0};
};

}  // namespace understudy
