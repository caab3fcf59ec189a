#include "proxy/downstream/id_source.hpp"

#include "core/base/word_bytes.hpp"

#include <bit>
#include <cstring>
#include <random>

namespace understudy::proxy {
namespace {

/// The next number of a splitmix64 sequence (Steele, Lea and Flood 2014): a counter, mixed one to one.
std::uint64_t next(std::uint64_t& state) noexcept {
  state += 0x9e3779b97f4a7c15U;
  std::uint64_t mixed = state;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
  return mixed ^ (mixed >> 31);
}

/// Makes the first digit of each half a letter.
constexpr std::uint64_t kLetters = 0xa0000000a0000000U;

/// Eight digits, in the bytes of a word from the lowest on.
constexpr std::uint64_t hex_digits(std::uint32_t value) noexcept {
  std::uint64_t nibbles = value;
  nibbles = (nibbles | nibbles << 16) & 0x0000ffff0000ffffU;
  nibbles = (nibbles | nibbles << 8) & 0x00ff00ff00ff00ffU;
  nibbles = (nibbles | nibbles << 4) & 0x0f0f0f0f0f0f0f0fU;
  const auto letters = (nibbles + repeat_byte(6)) >> 4 & repeat_byte(1);
  return nibbles + repeat_byte('0') + letters * ('a' - '0' - 10);
}

/// The highest byte comes first in memory.
constexpr std::uint64_t first_is_first(std::uint64_t word) noexcept {
  return std::endian::native == std::endian::little ? __builtin_bswap64(word) : word;
}

void write_hex(std::uint64_t value, char* out) noexcept {
  for (const int shift : {32, 0}) {
    const auto digits = first_is_first(hex_digits(static_cast<std::uint32_t>(value >> shift)));
    std::memcpy(out, &digits, sizeof digits);
    out += sizeof digits;
  }
}

std::uint64_t random_word() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

}  // namespace

IdSource::IdSource() : high_(random_word()), low_(random_word()), span_(random_word()) {}

IdSource::IdSource(std::uint64_t seed) noexcept : high_(seed), low_(~seed), span_(seed * 3) {}

IdSource::TraceId IdSource::trace_id() noexcept {
  TraceId id;
  write_hex(next(high_) | kLetters, id.data());
  write_hex(next(low_) | kLetters, id.data() + kSpanDigits);
  return id;
}

IdSource::SpanId IdSource::span_id() noexcept {
  SpanId id;
  write_hex(next(span_) | kLetters, id.data());
  return id;
}

}  // namespace understudy::proxy
