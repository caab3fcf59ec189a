// The growing, capped output of a decoder.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

namespace understudy::http {

/// Hands out free space in doubling steps up to one byte over the cap: a decoder that fills that byte has
/// more to say than it may.
class BoundedOutput {
 public:
  explicit BoundedOutput(std::size_t cap_bytes) : cap_bytes_(cap_bytes) {}

  std::span<char> room() {
    if (used_ == bytes_.size())
      bytes_.resize(std::min(cap_bytes_ + 1, std::max(kFirstBytes, bytes_.size() * 2)));
    return {bytes_.data() + used_, bytes_.size() - used_};
  }

  void commit(std::size_t count) noexcept { used_ += count; }
  bool over_cap() const noexcept { return used_ > cap_bytes_; }

  std::string take() && {
    bytes_.resize(used_);
    return std::move(bytes_);
  }

 private:
  static constexpr std::size_t kFirstBytes = 16 * 1024;

  std::size_t cap_bytes_;
  std::size_t used_ = 0;
  std::string bytes_;
};

}  // namespace understudy::http
