#include "core/diff/json_string.hpp"

#include <charconv>
#include <cstdint>

namespace understudy::diff {
namespace {

/// Four hex digits at the front of `rest`.
bool take_unit(std::string_view& rest, std::uint32_t& unit) noexcept {
  if (rest.size() < 4) return false;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + 4, unit, 16);
  if (error != std::errc() || end != rest.data() + 4) return false;
  rest.remove_prefix(4);
  return true;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

bool take_unicode_escape(std::string_view& rest, std::string& out) {
  std::uint32_t code = 0;
  if (!take_unit(rest, code) || (code >= 0xDC00 && code <= 0xDFFF)) return false;
  if (code >= 0xD800 && code <= 0xDBFF) {
    std::uint32_t low = 0;
    if (!rest.starts_with("\\u")) return false;
    rest.remove_prefix(2);
    if (!take_unit(rest, low) || low < 0xDC00 || low > 0xDFFF) return false;
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
  }
  append_utf8(out, code);
  return true;
}

}  // namespace

bool unescape_json_string(std::string_view escaped, std::string& out) {
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
  while (!escaped.empty()) {
    const auto slash = escaped.find('\\');
    out += escaped.substr(0, slash);
    if (slash == std::string_view::npos) return true;
    escaped.remove_prefix(slash + 1);
    if (escaped.empty()) return false;
    const char name = escaped.front();
    escaped.remove_prefix(1);
    if (name == 'u') {
      if (!take_unicode_escape(escaped, out)) return false;
      continue;
    }
    const auto at = kNames.find(name);
    if (at == std::string_view::npos) return false;
    out += kValues[at];
  }
  return true;
}

}  // namespace understudy::diff
