// A set of byte values with a fast search: std::string_view::find_first_of asks memchr about every single
// byte.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace understudy::scrub {

class ByteSet {
 public:
  constexpr explicit ByteSet(std::string_view members) noexcept {
    for (const char c : members) table_[static_cast<unsigned char>(c)] = true;
  }

  constexpr bool contains(char c) const noexcept { return table_[static_cast<unsigned char>(c)]; }

  /// The first member in `text` at or after `from`, else text.size().
  constexpr std::size_t find_in(std::string_view text, std::size_t from = 0) const noexcept {
    while (from < text.size() && !contains(text[from])) ++from;
    return from;
  }

 private:
  std::array<bool, 256> table_{};
};

}  // namespace understudy::scrub
