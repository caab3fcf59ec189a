#include "core/scrub/json/unescape.hpp"

#include "core/base/ascii.hpp"
#include "core/scrub/utf8.hpp"

namespace understudy::scrub {
namespace {

std::uint32_t hex4(std::string_view text, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = at; i < at + 4; ++i)
    value = value * 16 +
            static_cast<std::uint32_t>(ascii_digit(text[i]) ? text[i] - '0' : (text[i] | 0x20) - 'a' + 10);
  return value;
}

bool is_high_surrogate(std::uint32_t unit) { return unit >= 0xd800 && unit <= 0xdbff; }
bool is_low_surrogate(std::uint32_t unit) { return unit >= 0xdc00 && unit <= 0xdfff; }

char simple_escape(char kind) {
  switch (kind) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return kind;
  }
}

/// The length of the \u escape (or surrogate pair) at `at`; its code point goes to `value`.
std::size_t read_unicode_escape(std::string_view text, std::size_t at, std::uint32_t& value) {
  value = hex4(text, at + 2);
  if (!is_high_surrogate(value) || text.size() < at + 12 || text[at + 6] != '\\' || text[at + 7] != 'u')
    return 6;
  const auto low = hex4(text, at + 8);
  if (!is_low_surrogate(low)) return 6;
  value = 0x10000 + ((value - 0xd800) << 10) + (low - 0xdc00);
  return 12;
}

}  // namespace

MappedText unescape_json(const MappedText& text) {
  const auto bytes = text.text();
  auto plain = MappedText::decoded(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    if (bytes[at] != '\\') {
      plain.push(bytes[at], text.raw_at(at));
      ++at;
    } else if (bytes[at + 1] != 'u') {
      plain.push(simple_escape(bytes[at + 1]), text.raw({at, at + 2}));
      at += 2;
    } else {
      std::uint32_t value = 0;
      const auto size = read_unicode_escape(bytes, at, value);
      std::string encoded;
      append_utf8(encoded, value);
      plain.push(encoded, text.raw({at, at + size}));
      at += size;
    }
  }
  return plain;
}

}  // namespace understudy::scrub
