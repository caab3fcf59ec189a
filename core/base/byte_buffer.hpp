// The read buffer of a connection: bytes come in at the back, parsed bytes go out at the front.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace understudy {

/// Contiguous bytes of a fixed capacity. Views into `data()` stay valid until `make_room` or `clear`.
class ByteBuffer {
 public:
  explicit ByteBuffer(std::size_t capacity) : bytes_(new char[capacity]), capacity_(capacity) {}

  std::string_view data() const noexcept { return {bytes_.get() + begin_, end_ - begin_}; }
  bool empty() const noexcept { return begin_ == end_; }
  std::size_t size() const noexcept { return end_ - begin_; }
  std::size_t capacity() const noexcept { return capacity_; }
  bool full() const noexcept { return size() == capacity_; }

  /// The free space at the back, after moving the content to the front where that helps. Empty when full.
  std::span<char> make_room() noexcept {
    if (begin_ == end_) {
      begin_ = end_ = 0;
    } else if (begin_ != 0 && capacity_ - end_ < capacity_ / 4) {
      std::memmove(bytes_.get(), bytes_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    return {bytes_.get() + end_, capacity_ - end_};
  }

  /// Takes over `count` bytes that were written to the span of `make_room`.
  void commit(std::size_t count) noexcept { end_ += count; }

  void consume(std::size_t count) noexcept { begin_ += count; }

  void clear() noexcept { begin_ = end_ = 0; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace understudy
