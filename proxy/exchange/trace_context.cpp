#include "proxy/exchange/trace_context.hpp"

#include "core/base/ascii.hpp"

#include <algorithm>
#include <cstddef>

namespace understudy::proxy {
namespace {

int hex_digit(char c) noexcept {
  if (ascii_digit(c)) return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

template <std::size_t N>
bool read_hex(std::string_view digits, std::array<char, N>& bytes) noexcept {
  for (std::size_t i = 0; i < N; ++i) {
    const int high = hex_digit(digits[2 * i]);
    const int low = hex_digit(digits[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    bytes[i] = static_cast<char>(high * 16 + low);
  }
  return true;
}

template <std::size_t N>
bool is_zero(const std::array<char, N>& bytes) noexcept {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == 0; });
}

}  // namespace

std::optional<TraceContext> parse_traceparent(std::string_view value) noexcept {
  constexpr std::size_t kLength = 55;  // 00-<32>-<16>-<2>
  value = trim(value);
  if (value.size() < kLength || value[2] != '-' || value[35] != '-' || value[52] != '-') return std::nullopt;
  std::array<char, 1> version{};
  std::array<char, 1> flags{};
  TraceContext context;
  if (!read_hex(value.substr(0, 2), version) || !read_hex(value.substr(53, 2), flags)) return std::nullopt;
  if (version[0] == static_cast<char>(0xff)) return std::nullopt;
  // Later versions may add fields after a dash; version 00 is exactly this long.
  if (value.size() > kLength && (version[0] == 0 || value[kLength] != '-')) return std::nullopt;
  if (!read_hex(value.substr(3, 32), context.trace_id) || !read_hex(value.substr(36, 16), context.span_id))
    return std::nullopt;
  if (is_zero(context.trace_id) || is_zero(context.span_id)) return std::nullopt;
  return context;
}

}  // namespace understudy::proxy
