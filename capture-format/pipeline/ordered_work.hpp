// Items that several threads work on at once and that come out in the order in which they went in: chunks to
// decompress or to compress.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace understudy::capture {

/// For one owner, which pushes, pops, and works along while it waits. It bounds what it pushes: nothing here
/// does. One lock per item taken or done, for items of about a megabyte. The destructor ends the work that is
/// running and drops what is not begun.
template <class Item>
class OrderedWork {
 public:
  /// `work` is called once for each item, by any of the threads. It must not throw.
  using Work = std::function<void(Item&)>;

  /// `threads` work in all, the owner among them: 1 starts none.
  OrderedWork(unsigned threads, Work work) : work_(std::move(work)) {
    for (unsigned i = 1; i < threads; ++i) workers_.emplace_back([this] { serve(); });
  }
  OrderedWork(const OrderedWork&) = delete;
  OrderedWork& operator=(const OrderedWork&) = delete;
  ~OrderedWork() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    has_work_.notify_all();
    for (auto& worker : workers_) worker.join();
  }

  /// Items that were pushed and not yet popped.
  std::size_t size() const noexcept { return size_; }

  void push(std::unique_ptr<Item> item) {
    {
      const std::lock_guard lock(mutex_);
      entries_.push_back({std::move(item), State::waiting});
    }
    ++size_;
    has_work_.notify_one();
  }

  /// The oldest item, worked on. There must be one.
  std::unique_ptr<Item> pop() {
    std::unique_lock lock(mutex_);
    while (entries_.front().state != State::done)
      if (!work_on_one(lock)) is_done_.wait(lock);
    auto item = std::move(entries_.front().item);
    entries_.pop_front();
    --size_;
    return item;
  }

  /// True when `pop` would not have to wait.
  bool ready() {
    const std::lock_guard lock(mutex_);
    return !entries_.empty() && entries_.front().state == State::done;
  }

 private:
  enum class State : std::uint8_t { waiting, running, done };
  struct Entry {
    std::unique_ptr<Item> item;
    State state = State::waiting;
  };

  /// The oldest item that nobody has begun. References into a deque survive what happens at its ends.
  bool work_on_one(std::unique_lock<std::mutex>& lock) {
    for (auto& entry : entries_) {
      if (entry.state != State::waiting) continue;
      entry.state = State::running;
      lock.unlock();
      work_(*entry.item);
      lock.lock();
      entry.state = State::done;
      return true;
    }
    return false;
  }

  void serve() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      if (work_on_one(lock))
        is_done_.notify_one();
      else
        has_work_.wait(lock);
    }
  }

  Work work_;
  std::mutex mutex_;
  std::condition_variable has_work_;
  std::condition_variable is_done_;
  std::deque<Entry> entries_;
  std::size_t size_ = 0;  ///< the owner's own count
  bool stopping_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace understudy::capture
