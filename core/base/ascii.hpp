// Case-insensitive comparison and trimming of ASCII text, as HTTP defines them (RFC 9110 §5.1, §5.6.3).
#pragma once

#include "core/base/word_bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace understudy {

constexpr char ascii_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

constexpr bool ascii_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// What a hexadecimal digit of either case stands for, or -1.
constexpr int hex_value(char c) noexcept {
  if (ascii_digit(c)) return c - '0';
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// `ascii_lower` of eight characters at once.
constexpr std::uint64_t ascii_lower(std::uint64_t word) noexcept {
  const auto low_bits = word & repeat_byte(0x7f);
  const auto from_a = low_bits + repeat_byte(0x80 - 'A');
  const auto past_z = low_bits + repeat_byte(0x80 - 'Z' - 1);
  const auto is_upper = (from_a ^ past_z) & ~word & repeat_byte(0x80);
  return word | is_upper >> 2;
}

constexpr bool iequals(std::string_view a, std::string_view b) noexcept {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  if (a.size() != b.size()) return false;
  if (a.size() < kWord || std::is_constant_evaluated()) {
    for (std::size_t i = 0; i < a.size(); ++i)
      if (ascii_lower(a[i]) != ascii_lower(b[i])) return false;
    return true;
  }
  const auto differ = [&](std::size_t at) {
    return ascii_lower(load_word(a.data() + at)) != ascii_lower(load_word(b.data() + at));
  };
  for (std::size_t at = 0; at + kWord <= a.size(); at += kWord)
    if (differ(at)) return false;
  return !differ(a.size() - kWord);
}

/// Removes spaces and tabs (HTTP's OWS) at both ends. The result views into `text`.
constexpr std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

inline std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = ascii_lower(c);
  return out;
}

/// Calls `visit(std::string_view)` with each non-empty, trimmed element of a comma-separated list (RFC 9110
/// §5.6.1). Quoted strings are not interpreted: no field that we read as a list may hold one.
template <class Visit>
void for_each_list_element(std::string_view list, Visit&& visit) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    const auto element = trim(list.substr(0, comma));
    if (!element.empty()) visit(element);
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace understudy
