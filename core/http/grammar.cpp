#include "core/http/grammar.hpp"

#include "core/base/word_bytes.hpp"

#include <limits>

namespace understudy::http {
namespace {

constexpr bool is_hex(char c) noexcept {
  const char lower = ascii_lower(c);
  return ascii_digit(c) || (lower >= 'a' && lower <= 'f');
}

bool is_port(std::string_view text) noexcept {
  if (text.empty()) return true;  // RFC 3986 §3.2.3: port = *DIGIT
  const auto port = parse_decimal(text);
  return port && *port <= 65535;
}

// The inside of an IP-literal. Whether it is a real address is for whoever connects to it.
bool is_ip_literal(std::string_view text) noexcept {
  if (text.empty()) return false;
  for (const char c : text)
    if (!is_hex(c) && c != ':' && c != '.') return false;
  return text.find(':') != std::string_view::npos;
}

bool is_reg_name(std::string_view text) noexcept {
  if (text.empty() || !grammar_detail::all(text, grammar_detail::kHost)) return false;
  for (auto at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1))
    if (at + 2 >= text.size() || !is_hex(text[at + 1]) || !is_hex(text[at + 2])) return false;
  return true;
}

/// Marks control bytes, HTAB among them.
constexpr std::uint64_t mark_controls(std::uint64_t word) noexcept {
  const auto low_bits = word & repeat_byte(0x7f);
  const auto from_space = low_bits + repeat_byte(0x80 - ' ');
  const auto is_delete = low_bits + repeat_byte(1);
  return (~from_space | is_delete) & ~word & repeat_byte(0x80);
}

}  // namespace

std::size_t find_non_value(std::string_view text, std::size_t begin) noexcept {
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  auto at = begin;
  while (at + kWord <= text.size()) {
    const auto controls = mark_controls(load_word(text.data() + at));
    if (controls == 0) {
      at += kWord;
      continue;
    }
    at += first_marked(controls);
    if (text[at] != '\t') return at;
    ++at;
  }
  while (at < text.size() && is_value_char(text[at])) ++at;
  return at;
}

std::optional<std::uint64_t> parse_decimal(std::string_view digits) noexcept {
  constexpr auto kMax = std::numeric_limits<std::uint64_t>::max();
  if (digits.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : digits) {
    if (!ascii_digit(c)) return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (kMax - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  return value;
}

bool is_authority(std::string_view text) noexcept {
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos || !is_ip_literal(text.substr(1, close - 1))) return false;
    const auto rest = text.substr(close + 1);
    return rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
  }
  const auto colon = text.find(':');
  if (!is_reg_name(text.substr(0, colon))) return false;
  return colon == std::string_view::npos || is_port(text.substr(colon + 1));
}

std::size_t http_scheme_size(std::string_view target) noexcept {
  for (const std::string_view scheme : {"http://", "https://"})
    if (iequals(target.substr(0, scheme.size()), scheme)) return scheme.size();
  return 0;
}

}  // namespace understudy::http
