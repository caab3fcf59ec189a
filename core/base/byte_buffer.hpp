// The read buffer of a connection: bytes come in at the back, parsed bytes go out at the front.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace understudy {

/// Contiguous bytes, never more than `capacity()`. Memory comes in small at the first use, grows when a read
/// has filled it, and goes back with `release`: thousands of idle connections hold none. Views into `data()`
/// stay valid until `make_room`, `clear` or `release`.
class ByteBuffer {
 public:
  /// What the first read gets room for; a larger limit is reached in a few steps.
  static constexpr std::size_t kFirstBytes = 4 * 1024;

  explicit ByteBuffer(std::size_t capacity) : capacity_(capacity) {}

  std::string_view data() const noexcept { return {bytes_.get() + begin_, end_ - begin_}; }
  bool empty() const noexcept { return begin_ == end_; }
  std::size_t size() const noexcept { return end_ - begin_; }
  /// The limit, whether or not memory for it is held now.
  std::size_t capacity() const noexcept { return capacity_; }
  /// Another limit; what is held already is not given back for it.
  void set_capacity(std::size_t capacity) noexcept { capacity_ = std::max(capacity, held_); }
  /// Bytes of memory held now.
  std::size_t held_bytes() const noexcept { return held_; }
  bool full() const noexcept { return size() == capacity_; }

  /// The free space at the back, after moving the content to the front or growing where that helps. Empty
  /// when full.
  std::span<char> make_room() {
    if (begin_ == end_) {
      // The last read filled all there was: more is on its way.
      if (held_ == 0 || (filled_ && held_ < capacity_)) reallocate();
      begin_ = end_ = 0;
    } else if (held_ - end_ < held_ / 4) {
      if (held_ < capacity_)
        reallocate();
      else if (begin_ != 0)
        move_to_front();
    }
    return {bytes_.get() + end_, held_ - end_};
  }

  /// Takes over `count` bytes that were written to the span of `make_room`.
  void commit(std::size_t count) noexcept {
    end_ += count;
    filled_ = end_ == held_;
  }

  void consume(std::size_t count) noexcept { begin_ += count; }

  void clear() noexcept { begin_ = end_ = 0; }

  /// Gives the memory back when nothing is in it and it is more than `kept_bytes`.
  void release(std::size_t kept_bytes = 0) noexcept {
    if (!empty() || held_ <= kept_bytes) return;
    bytes_.reset();
    held_ = begin_ = end_ = 0;
    filled_ = false;
  }

 private:
  void reallocate() {
    constexpr std::size_t kGrowth = 4;
    const auto wanted = std::min(capacity_, std::max(kFirstBytes, held_ * kGrowth));
    std::unique_ptr<char[]> larger(new char[wanted]);
    if (!empty()) std::memcpy(larger.get(), bytes_.get() + begin_, size());
    bytes_ = std::move(larger);
    held_ = wanted;
    end_ -= begin_;
    begin_ = 0;
  }

  void move_to_front() noexcept {
    std::memmove(bytes_.get(), bytes_.get() + begin_, size());
    end_ -= begin_;
    begin_ = 0;
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_;
  std::size_t held_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool filled_ = false;  ///< the last read took all the room it was given
};

}  // namespace understudy
