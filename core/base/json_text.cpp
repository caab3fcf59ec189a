#include "core/base/json_text.hpp"

#include <cstdint>
#include <cstring>

namespace understudy {
namespace {

unsigned char byte_at(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

/// ASCII that stands in a JSON string as it is.
bool is_plain(unsigned char byte) { return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\'; }

constexpr std::uint64_t repeated(std::uint64_t byte) { return byte * 0x0101010101010101U; }

/// High bits where a byte of `word` is zero; bytes above the first zero may be marked wrongly.
constexpr std::uint64_t zero_bytes(std::uint64_t word) {
  return (word - repeated(0x01)) & ~word & repeated(0x80);
}

bool all_plain(std::uint64_t word) {
  const auto control = (word - repeated(0x20)) & ~word;
  const auto quote = zero_bytes(word ^ repeated('"'));
  const auto backslash = zero_bytes(word ^ repeated('\\'));
  const auto del = zero_bytes(word ^ repeated(0x7f));
  return ((word | control | quote | backslash | del) & repeated(0x80)) == 0;
}

std::size_t plain_prefix_bytes(std::string_view text) {
  std::size_t at = 0;
  for (std::uint64_t word = 0; text.size() - at >= sizeof word; at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    if (!all_plain(word)) break;
  }
  while (at < text.size() && is_plain(byte_at(text, at))) ++at;
  return at;
}

void append_unicode_escape(std::string& out, unsigned char code) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += "\\u00";
  out += kHex[code >> 4];
  out += kHex[code & 15];
}

/// An ASCII character that is not plain.
void append_escaped(std::string& out, unsigned char code) {
  switch (code) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      append_unicode_escape(out, code);
  }
}

bool is_c1_control(std::string_view sequence) {
  return sequence.size() == 2 && byte_at(sequence, 0) == 0xc2 && byte_at(sequence, 1) < 0xa0;
}

/// What begins with a byte from 0x80 on; returns how many bytes that is.
std::size_t append_wide(std::string& out, std::string_view text) {
  const auto bytes = utf8_sequence_bytes(text);
  if (bytes == 0) {
    out += "\\ufffd";
    return 1;
  }
  const auto sequence = text.substr(0, bytes);
  if (is_c1_control(sequence))
    append_unicode_escape(out, byte_at(sequence, 1));
  else
    out += sequence;
  return bytes;
}

std::size_t append_latin1(std::string& out, std::string_view text) {
  const auto byte = byte_at(text, 0);
  if (byte < 0xa0) {
    append_unicode_escape(out, byte);
  } else {
    out += static_cast<char>(0xc0 | byte >> 6);
    out += static_cast<char>(0x80 | (byte & 0x3f));
  }
  return 1;
}

template <class AppendWide>
void append_quoted(std::string& out, std::string_view text, AppendWide&& append_beyond_ascii) {
  out += '"';
  while (!text.empty()) {
    const auto plain = plain_prefix_bytes(text);
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    std::size_t taken = 1;
    if (byte_at(text, 0) < 0x80)
      append_escaped(out, byte_at(text, 0));
    else
      taken = append_beyond_ascii(out, text);
    text.remove_prefix(taken);
  }
  out += '"';
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) { append_quoted(out, text, append_wide); }

void append_json_string_latin1(std::string& out, std::string_view text) {
  append_quoted(out, text, append_latin1);
}

std::size_t utf8_sequence_bytes(std::string_view text) noexcept {
  const auto first = byte_at(text, 0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xc2 && first <= 0xdf   ? 2
                             : first >= 0xe0 && first <= 0xef ? 3
                             : first >= 0xf0 && first <= 0xf4 ? 4
                                                              : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte_at(text, i) & 0xc0) != 0x80) return 0;
  const auto second = byte_at(text, 1);
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool surrogate = first == 0xed && second > 0x9f;
  const bool beyond = first == 0xf4 && second > 0x8f;
  return overlong || surrogate || beyond ? 0 : length;
}

}  // namespace understudy
