#include "core/base/crc32c.hpp"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#include <wmmintrin.h>
#endif

namespace understudy {
namespace {

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78U : 0U);
    table[i] = crc;
  }
  return table;
}

constexpr auto kTable = make_table();

#if defined(__x86_64__)
/// x^n modulo the polynomial, bit-reflected.
constexpr std::uint32_t x_to_the(std::size_t n) {
  std::uint32_t power = 0x80000000U;
  for (; n > 0; --n) power = (power >> 1) ^ ((power & 1) != 0 ? 0x82F63B78U : 0U);
  return power;
}

/// Multiplying a state by this and reducing the 64-bit product with one crc instruction moves the state past
/// `bytes` zero bytes: the product is one bit short of 64, the instruction adds 32 more (x^33 together).
constexpr std::uint64_t skip_factor(std::size_t bytes) { return x_to_the(bytes * 8 - 33); }

__attribute__((target("sse4.2"))) inline std::uint64_t add_word(std::uint64_t state,
                                                                const char* at) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, at, 8);
  return _mm_crc32_u64(state, word);
}

__attribute__((target("sse4.2,pclmul"))) inline std::uint64_t skip_ahead(std::uint64_t state,
                                                                         std::uint64_t factor) noexcept {
  const auto product = _mm_clmulepi64_si128(_mm_cvtsi64_si128(static_cast<long long>(state)),
                                            _mm_cvtsi64_si128(static_cast<long long>(factor)), 0);
  return _mm_crc32_u64(0, static_cast<std::uint64_t>(_mm_cvtsi128_si64(product)));
}

/// The instruction takes three cycles and another can start in each: three neighbouring lanes at a time, put
/// together afterwards.
template <std::size_t LaneBytes>
__attribute__((target("sse4.2,pclmul"))) inline std::uint64_t three_lanes(std::uint64_t state,
                                                                          std::string_view& bytes) noexcept {
  static constexpr auto kPastOne = skip_factor(LaneBytes);
  static constexpr auto kPastTwo = skip_factor(2 * LaneBytes);
  while (bytes.size() >= 3 * LaneBytes) {
    const char* at = bytes.data();
    std::uint64_t second = 0;
    std::uint64_t third = 0;
    for (const char* end = at + LaneBytes; at != end; at += 8) {
      state = add_word(state, at);
      second = add_word(second, at + LaneBytes);
      third = add_word(third, at + 2 * LaneBytes);
    }
    state = skip_ahead(state, kPastTwo) ^ skip_ahead(second, kPastOne) ^ third;
    bytes.remove_prefix(3 * LaneBytes);
  }
  return state;
}

__attribute__((target("sse4.2,pclmul"))) std::uint32_t crc32c_lanes(std::string_view bytes,
                                                                    std::uint32_t crc) noexcept {
  std::uint64_t state = static_cast<std::uint32_t>(~crc);
  state = three_lanes<4096>(state, bytes);
  state = three_lanes<256>(state, bytes);
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) state = add_word(state, bytes.data());
  auto tail = static_cast<std::uint32_t>(state);
  for (const char c : bytes) tail = _mm_crc32_u8(tail, static_cast<unsigned char>(c));
  return ~tail;
}
#endif

}  // namespace

std::uint32_t crc32c_portable(std::string_view bytes, std::uint32_t crc) noexcept {
  crc = ~crc;
  for (const char c : bytes) crc = kTable[(crc ^ static_cast<unsigned char>(c)) & 0xFF] ^ (crc >> 8);
  return ~crc;
}

std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc) noexcept {
#if defined(__x86_64__)
  static const bool has_instructions =
      __builtin_cpu_supports("sse4.2") != 0 && __builtin_cpu_supports("pclmul") != 0;
  if (has_instructions) return crc32c_lanes(bytes, crc);
#endif
  return crc32c_portable(bytes, crc);
}

}  // namespace understudy
