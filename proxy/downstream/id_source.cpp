#include "proxy/downstream/id_source.hpp"

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

void write_hex(std::uint64_t value, char* out) noexcept {
  constexpr char kDigits[] = "0123456789abcdef";
  for (int at = 15; at >= 0; --at, value >>= 4) out[at] = kDigits[value & 15];
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
