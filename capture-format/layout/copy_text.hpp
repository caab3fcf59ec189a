// Copying the short texts that HTTP heads are made of, without a call for each.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace understudy::capture {

namespace detail {

/// `Block`s from both ends; they overlap in the middle.
template <class Block>
inline void copy_ends(char* to, const char* from, std::size_t count) noexcept {
  Block first;
  Block last;
  std::memcpy(&first, from, sizeof first);
  std::memcpy(&last, from + count - sizeof last, sizeof last);
  std::memcpy(to, &first, sizeof first);
  std::memcpy(to + count - sizeof last, &last, sizeof last);
}

}  // namespace detail

/// memcpy, for texts of which most have less than 64 bytes. Reads and writes nothing outside of them.
inline void copy_text(char* to, const char* from, std::size_t count) noexcept {
  using Block16 = std::array<std::uint64_t, 2>;
  using Block32 = std::array<std::uint64_t, 4>;
  if (count > 64) {
    std::memcpy(to, from, count);
  } else if (count > 32) {
    detail::copy_ends<Block32>(to, from, count);
  } else if (count > 16) {
    detail::copy_ends<Block16>(to, from, count);
  } else if (count >= 8) {
    detail::copy_ends<std::uint64_t>(to, from, count);
  } else if (count >= 4) {
    detail::copy_ends<std::uint32_t>(to, from, count);
  } else if (count > 0) {
    to[0] = from[0];
    to[count / 2] = from[count / 2];
    to[count - 1] = from[count - 1];
  }
}

}  // namespace understudy::capture
