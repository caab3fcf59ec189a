// What a piece of text could possibly hold, found in one fast pass: nearly every value stops here.
#pragma once

#include "core/scrub/byte_block.hpp"

#include <cstdint>
#include <string_view>

namespace understudy::scrub {

struct Traits {
  bool marked = false;       ///< an '@', '%', '&' or '='
  bool many_digits = false;  ///< enough digits for a card number
  bool wide = false;         ///< bytes outside ASCII, which may be look-alikes
  bool escaped = false;      ///< a backslash

  /// Whether a detector could find anything without undoing JSON escapes.
  bool suspicious() const noexcept { return marked || many_digits || wide; }
};

/// Collects traits block by block.
class TraitCounter {
 public:
  void add(const BlockMasks& masks, std::uint32_t within = 0xffff) noexcept {
    marks_ |= masks.marks & within;
    wide_ |= masks.wide & within;
    if ((masks.digits & within) != 0) digits_ += count_bits(masks.digits & within);
  }

  void add(unsigned char c) noexcept {
    marks_ |= static_cast<std::uint32_t>(is_mark(c));
    wide_ |= static_cast<std::uint32_t>(c >= 0x80);
    digits_ += static_cast<unsigned>(c >= '0' && c <= '9');
  }

  Traits traits() const noexcept { return {marks_ != 0, digits_ >= 12, wide_ != 0, false}; }

 private:
  std::uint32_t marks_ = 0;
  std::uint32_t wide_ = 0;
  std::size_t digits_ = 0;
};

inline Traits traits_of(std::string_view text) noexcept {
  TraitCounter counter;
  std::uint32_t stops = 0;
  for_each_block(text, [&](const char* block, std::uint32_t within) {
    const auto masks = classify_block(block);
    counter.add(masks, within);
    stops |= masks.stop & within;
    return true;
  });
  auto traits = counter.traits();
  traits.escaped = stops != 0 && text.find('\\') != std::string_view::npos;
  return traits;
}

}  // namespace understudy::scrub
