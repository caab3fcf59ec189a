// A buffer for the bytes of one chunk after another: never cleared, and given back when one was unusually
// large.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace understudy::capture {

class ChunkBytes {
 public:
  /// Room that is kept for the next chunk; beyond it only the chunk that needs it has it.
  static constexpr std::size_t kKeptBytes = std::size_t{4} << 20;

  /// Room for `size` bytes, their content undefined.
  char* resize(std::size_t size) {
    if (size > capacity_ || (capacity_ > kKeptBytes && size <= kKeptBytes)) {
      bytes_.reset();  // first, so that never both are held
      bytes_.reset(new char[size]);
      capacity_ = size;
    }
    size_ = size;
    return bytes_.get();
  }

  /// Keeps the first `size` bytes, which it has.
  void shrink(std::size_t size) noexcept { size_ = size; }

  char* data() noexcept { return bytes_.get(); }
  std::string_view view() const noexcept { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

}  // namespace understudy::capture
