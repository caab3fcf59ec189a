// Sixteen bytes looked at together: where a JSON string may end, and whether anything in it deserves a closer
// look.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace understudy::scrub {

/// One bit per byte of a block, lowest bit first.
struct BlockMasks {
  std::uint32_t stop;    ///< '"', '\\' or a control character below 0x20
  std::uint32_t wide;    ///< 0x80 and above
  std::uint32_t marks;   ///< '@', '%', '&' or '='
  std::uint32_t digits;  ///< '0' to '9'
};

inline constexpr std::size_t kBlockBytes = 16;

constexpr bool is_mark(unsigned char c) noexcept { return c == '@' || c == '%' || c == '&' || c == '='; }
constexpr bool is_string_stop(unsigned char c) noexcept { return c == '"' || c == '\\' || c < 0x20; }

/// `at` points to kBlockBytes readable bytes.
inline BlockMasks classify_block(const char* at) noexcept {
#if defined(__SSE2__)
  const auto is = [](__m128i bytes, char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
  const auto at_most = [](__m128i bytes, char limit) {
    return _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(limit)), bytes);
  };
  const auto mask = [](__m128i bytes) { return static_cast<std::uint32_t>(_mm_movemask_epi8(bytes)); };
  __m128i bytes;
  std::memcpy(&bytes, at, sizeof bytes);
  const auto stop = _mm_or_si128(_mm_or_si128(is(bytes, '"'), is(bytes, '\\')), at_most(bytes, 0x1f));
  const auto percent_or_amp = at_most(_mm_sub_epi8(bytes, _mm_set1_epi8('%')), 1);
  const auto marks = _mm_or_si128(_mm_or_si128(is(bytes, '@'), is(bytes, '=')), percent_or_amp);
  const auto digits = at_most(_mm_sub_epi8(bytes, _mm_set1_epi8('0')), 9);
  return {mask(stop), mask(bytes), mask(marks), mask(digits)};
#else
  BlockMasks masks{};
  for (std::uint32_t i = 0; i < kBlockBytes; ++i) {
    const auto c = static_cast<unsigned char>(at[i]);
    masks.stop |= static_cast<std::uint32_t>(is_string_stop(c)) << i;
    masks.wide |= static_cast<std::uint32_t>(c >= 0x80) << i;
    masks.marks |= static_cast<std::uint32_t>(is_mark(c)) << i;
    masks.digits |= static_cast<std::uint32_t>(c >= '0' && c <= '9') << i;
  }
  return masks;
#endif
}

/// One bit per byte that no text holds: control characters other than white space, and DEL.
inline std::uint32_t control_mask(const char* at) noexcept {
#if defined(__SSE2__)
  const auto is = [](__m128i bytes, char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
  __m128i bytes;
  std::memcpy(&bytes, at, sizeof bytes);
  const auto low = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
  const auto space = _mm_or_si128(_mm_or_si128(is(bytes, '\t'), is(bytes, '\n')),
                                  _mm_or_si128(is(bytes, '\r'), is(bytes, '\f')));
  return static_cast<std::uint32_t>(
      _mm_movemask_epi8(_mm_or_si128(_mm_andnot_si128(space, low), is(bytes, 0x7f))));
#else
  std::uint32_t mask = 0;
  for (std::uint32_t i = 0; i < kBlockBytes; ++i) {
    const auto c = static_cast<unsigned char>(at[i]);
    const bool space = c == '\t' || c == '\n' || c == '\r' || c == '\f';
    mask |= static_cast<std::uint32_t>((c < 0x20 && !space) || c == 0x7f) << i;
  }
  return mask;
#endif
}

/// Calls `visit(const char* block, std::uint32_t within)` until all of `text` has been seen once: `within`
/// has the bits of the bytes that are new, the others are not to be looked at. False from `visit` ends it.
template <class Visit>
inline void for_each_block(std::string_view text, Visit&& visit) {
  constexpr std::uint32_t kAll = (1u << kBlockBytes) - 1;
  if (text.size() < kBlockBytes) {
    std::array<char, kBlockBytes> padded{};
    if (!text.empty()) std::memcpy(padded.data(), text.data(), text.size());
    visit(padded.data(), (1u << text.size()) - 1);
    return;
  }
  const char* at = text.data();
  const char* const last = at + text.size() - kBlockBytes;
  for (; at <= last; at += kBlockBytes)
    if (!visit(at, kAll)) return;
  // The last block overlaps the one before it.
  if (const auto seen = static_cast<std::uint32_t>(at - last); seen < kBlockBytes)
    visit(last, kAll & (kAll << seen));
}

/// Bits set among the low sixteen; the baseline instruction set has no instruction for it.
constexpr unsigned count_bits(std::uint32_t mask) noexcept {
  mask = mask - ((mask >> 1) & 0x5555);
  mask = (mask & 0x3333) + ((mask >> 2) & 0x3333);
  mask = (mask + (mask >> 4)) & 0x0f0f;
  return (mask + (mask >> 8)) & 0x1f;
}

}  // namespace understudy::scrub
