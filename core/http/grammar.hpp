// The character classes and small productions of RFC 9110 and RFC 3986 that parsers and serializers share.
#pragma once

#include "core/base/ascii.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace understudy::http {

namespace grammar_detail {

enum CharClass : std::uint8_t { kToken = 1, kTarget = 2, kValue = 4, kHost = 8 };

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> classes{};
  constexpr std::string_view kTokenMarks = "!#$%&'*+-.^_`|~";
  constexpr std::string_view kHostMarks = "-._~%!$&'()*+;=";
  for (unsigned c = 0; c < 256; ++c) {
    const char as_char = static_cast<char>(c);
    const bool alnum = ascii_digit(as_char) || (ascii_lower(as_char) >= 'a' && ascii_lower(as_char) <= 'z');
    unsigned bits = 0;
    if (alnum || kTokenMarks.find(as_char) != std::string_view::npos) bits |= kToken;
    if (alnum || kHostMarks.find(as_char) != std::string_view::npos) bits |= kHost;
    if (c > 0x20 && c < 0x7f && as_char != '#') bits |= kTarget;
    if (c == '\t' || (c >= 0x20 && c != 0x7f)) bits |= kValue;
    classes[c] = static_cast<std::uint8_t>(bits);
  }
  return classes;
}

inline constexpr auto kClasses = make_classes();

constexpr bool is(char c, CharClass wanted) noexcept {
  return (kClasses[static_cast<unsigned char>(c)] & wanted) != 0;
}

constexpr bool all(std::string_view text, CharClass wanted) noexcept {
  for (const char c : text)
    if (!is(c, wanted)) return false;
  return true;
}

}  // namespace grammar_detail

/// tchar (RFC 9110 §5.6.2).
constexpr bool is_token_char(char c) noexcept { return grammar_detail::is(c, grammar_detail::kToken); }

/// token (RFC 9110 §5.6.2): method and field names.
constexpr bool is_token(std::string_view text) noexcept {
  return !text.empty() && grammar_detail::all(text, grammar_detail::kToken);
}

/// What a request target may consist of: visible ASCII without '#'. Wider than RFC 3986, because browsers
/// send
/// '|', '"' and braces unescaped and origins live with it; nothing in it can break a line.
constexpr bool is_target_char(char c) noexcept { return grammar_detail::is(c, grammar_detail::kTarget); }

/// HTAB, SP, VCHAR or obs-text (RFC 9110 §5.5).
constexpr bool is_value_char(char c) noexcept { return grammar_detail::is(c, grammar_detail::kValue); }

/// field-value without surrounding whitespace being looked at: no NUL, CR, LF or other control byte.
constexpr bool is_field_value(std::string_view text) noexcept {
  return grammar_detail::all(text, grammar_detail::kValue);
}

/// Where, from `begin` on, the first byte is that no field value may have; the size of `text` if there is
/// none.
std::size_t find_non_value(std::string_view text, std::size_t begin) noexcept;

/// 1*DIGIT that fits 64 bits; no sign, space or empty text.
std::optional<std::uint64_t> parse_decimal(std::string_view digits) noexcept;

/// uri-host [ ":" port ] with a non-empty host (RFC 9110 §7.2, RFC 3986 §3.2.2): no userinfo, list or path.
bool is_authority(std::string_view text) noexcept;

/// Length of "http://" or "https://" at the start of `target`, in any case; 0 when it has neither.
std::size_t http_scheme_size(std::string_view target) noexcept;

}  // namespace understudy::http
