#include "core/scrub/escapes.hpp"

#include "core/base/ascii.hpp"
#include "core/scrub/byte_set.hpp"
#include "core/scrub/utf8.hpp"

#include <algorithm>
#include <array>

namespace understudy::scrub {
namespace {

struct Escape {
  std::uint32_t value = 0;
  std::size_t bytes = 0;  ///< length of the escape itself; 0 when there is none
  bool is_byte = false;   ///< a byte of a UTF-8 sequence rather than a code point
};

/// `count` hex digits at `at`, or -1.
long read_hex(std::string_view text, std::size_t at, std::size_t count) {
  if (text.size() < at + count) return -1;
  long value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const int digit = hex_value(text[at + i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/// The introducer at `at`, `skip` bytes long, followed by `digits` hex digits.
Escape hex_escape(std::string_view text, std::size_t at, std::size_t skip, std::size_t digits, bool is_byte) {
  const long value = read_hex(text, at + skip, digits);
  return value < 0 ? Escape{} : Escape{static_cast<std::uint32_t>(value), skip + digits, is_byte};
}

Escape percent_escape(std::string_view text, std::size_t at) {
  if (text.size() > at + 1 && (text[at + 1] | 0x20) == 'u') return hex_escape(text, at, 2, 4, false);
  return hex_escape(text, at, 1, 2, true);
}

Escape backslash_escape(std::string_view text, std::size_t at) {
  if (text.size() <= at + 1) return {};
  if (text[at + 1] == 'x') return hex_escape(text, at, 2, 2, false);
  return text[at + 1] == 'u' ? hex_escape(text, at, 2, 4, false) : Escape{};
}

Escape numeric_reference(std::string_view text, std::size_t at) {
  constexpr std::size_t kDigitsMax = 8;
  const bool hex = text.size() > at + 2 && (text[at + 2] | 0x20) == 'x';
  const auto begin = at + (hex ? 3 : 2);
  auto end = begin;
  std::uint64_t value = 0;
  for (; end < text.size() && end - begin < kDigitsMax; ++end) {
    const int digit = hex_value(text[end]);
    if (digit < 0 || (!hex && digit > 9)) break;
    value = value * (hex ? 16 : 10) + static_cast<std::uint64_t>(digit);
  }
  if (end == begin || value > 0x10ffff) return {};
  // Browsers accept a reference without its semicolon.
  if (end < text.size() && text[end] == ';') ++end;
  return {static_cast<std::uint32_t>(value), end - at, false};
}

struct NamedReference {
  std::string_view name;
  char value;
};

constexpr std::array kReferences = std::to_array<NamedReference>({{"&commat;", '@'},
                                                                  {"&period;", '.'},
                                                                  {"&nbsp;", ' '},
                                                                  {"&amp;", '&'},
                                                                  {"&hyphen;", '-'},
                                                                  {"&dash;", '-'},
                                                                  {"&lowbar;", '_'},
                                                                  {"&percnt;", '%'},
                                                                  {"&num;", '#'},
                                                                  {"&equals;", '='},
                                                                  {"&plus;", '+'},
                                                                  {"&Tab;", ' '},
                                                                  {"&NewLine;", ' '},
                                                                  {"&shy;", '\0'},
                                                                  {"&quot;", '"'},
                                                                  {"&quest;", '?'}});

Escape reference(std::string_view text, std::size_t at) {
  if (text.size() > at + 1 && text[at + 1] == '#') return numeric_reference(text, at);
  for (const auto& known : kReferences)
    if (text.substr(at, known.name.size()) == known.name)
      return {known.value == '\0' ? 0xadu : static_cast<std::uint32_t>(known.value), known.name.size(),
              false};
  return {};
}

Escape escape_at(std::string_view text, std::size_t at) {
  switch (text[at]) {
    case '%':
      return percent_escape(text, at);
    case '&':
      return reference(text, at);
    case '\\':
      return backslash_escape(text, at);
    default:
      return {};
  }
}

/// Whether the character could be part of a value, of a key, or of another escape; "%2F" or "&#39;" hide
/// nothing.
bool could_hide_value(std::uint32_t c) {
  if (c >= 0x80) return true;
  const char ascii = static_cast<char>(c);
  return ascii_digit(ascii) || (ascii_lower(ascii) >= 'a' && ascii_lower(ascii) <= 'z') ||
         std::string_view("@.-_+%&\\=?;{[\" \t\r\n'!#$*^~").find(ascii) != std::string_view::npos;
}

constexpr ByteSet kIntroducers("%&\\");
constexpr ByteSet kIntroducersAndPlus("%&\\+");

const ByteSet& introducers(bool plus_is_space) { return plus_is_space ? kIntroducersAndPlus : kIntroducers; }

bool hides_something(std::string_view text, bool plus_is_space) {
  const auto& set = introducers(plus_is_space);
  for (auto at = set.find_in(text); at < text.size(); at = set.find_in(text, at + 1)) {
    if (text[at] == '+') return true;
    const auto escape = escape_at(text, at);
    if (escape.bytes != 0 && could_hide_value(escape.value)) return true;
  }
  return false;
}

/// Calls `keep(Span)` for runs that stand for themselves and `replace(bytes, Span)` for escapes.
template <class Keep, class Replace>
void decode(std::string_view text, bool plus_is_space, Keep&& keep, Replace&& replace) {
  const auto& set = introducers(plus_is_space);
  std::string value;
  for (std::size_t at = 0; at < text.size();) {
    const auto next = set.find_in(text, at);
    if (next != at) keep(Span{at, next});
    if ((at = next) == text.size()) return;
    const auto escape = escape_at(text, at);
    if (escape.bytes != 0) {
      value.clear();
      if (escape.is_byte) {
        value.push_back(static_cast<char>(static_cast<unsigned char>(escape.value)));
      } else {
        append_utf8(value, escape.value);
      }
      replace(std::string_view(value), Span{at, at + escape.bytes});
      at += escape.bytes;
    } else if (text[at] == '+') {
      replace(std::string_view(" "), Span{at, at + 1});
      ++at;
    } else {
      keep(Span{at, at + 1});
      ++at;
    }
  }
}

}  // namespace

std::optional<MappedText> undo_escapes(const MappedText& text, bool plus_is_space) {
  const auto bytes = text.text();
  if (!hides_something(bytes, plus_is_space)) return std::nullopt;
  auto decoded = MappedText::decoded(bytes.size());
  const auto keep = [&](Span run) {
    for (auto at = run.begin; at < run.end; ++at) decoded.push(bytes[at], text.raw_at(at));
  };
  decode(bytes, plus_is_space, keep,
         [&](std::string_view value, Span from) { decoded.push(value, text.raw(from)); });
  return decoded;
}

bool undo_escapes(std::string_view text, bool plus_is_space, std::string& decoded) {
  if (!hides_something(text, plus_is_space)) return false;
  decoded.clear();
  decoded.reserve(text.size());
  const auto keep = [&](Span run) { decoded += text.substr(run.begin, run.size()); };
  decode(text, plus_is_space, keep, [&](std::string_view value, Span) { decoded += value; });
  return true;
}

}  // namespace understudy::scrub
