// Text eight characters at a time, in the bytes of a machine word.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace understudy {

/// `byte` in each of the eight places.
constexpr std::uint64_t repeat_byte(std::uint8_t byte) noexcept { return 0x0101010101010101U * byte; }

/// The next eight characters, which must exist.
inline std::uint64_t load_word(const char* text) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, text, sizeof word);
  return word;
}

/// Which of the characters that `load_word` read comes first of those whose place in `marks`, which is not 0,
/// is not 0.
constexpr std::size_t first_marked(std::uint64_t marks) noexcept {
  const auto bits =
      std::endian::native == std::endian::little ? std::countr_zero(marks) : std::countl_zero(marks);
  return static_cast<std::size_t>(bits) / 8;
}

}  // namespace understudy
