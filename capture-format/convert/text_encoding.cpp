#include "capture-format/convert/text_encoding.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace understudy::capture {
namespace {

enum class Order : std::uint8_t { none, little, big };

Order utf16_order(std::string_view text) noexcept {
  if (text.starts_with("\xFF\xFE") || text.starts_with(std::string_view("{\0", 2))) return Order::little;
  if (text.starts_with("\xFE\xFF") || text.starts_with(std::string_view("\0{", 2))) return Order::big;
  return Order::none;
}

std::uint32_t unit_at(std::string_view text, std::size_t at, Order order) noexcept {
  if (at + 1 >= text.size()) return 0;
  const auto first = static_cast<unsigned char>(text[at]);
  const auto second = static_cast<unsigned char>(text[at + 1]);
  return order == Order::little ? first | second << 8 : first << 8 | second;
}

void append_utf8(std::string& out, std::uint32_t point) {
  const auto tail = [&out](std::uint32_t bits) { out += static_cast<char>(0x80 | (bits & 0x3f)); };
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xc0 | point >> 6);
    tail(point);
  } else if (point < 0x10000) {
    out += static_cast<char>(0xe0 | point >> 12);
    tail(point >> 6);
    tail(point);
  } else {
    out += static_cast<char>(0xf0 | point >> 18);
    tail(point >> 12);
    tail(point >> 6);
    tail(point);
  }
}

std::string utf16_to_utf8(std::string_view text, Order order) {
  constexpr std::uint32_t kReplacement = 0xFFFD;
  std::string out;
  out.reserve(text.size() / 2 + text.size() / 8);
  for (std::size_t at = 0; at + 1 < text.size(); at += 2) {
    const auto unit = unit_at(text, at, order);
    if (unit < 0xD800 || unit >= 0xE000) {
      if (unit != 0xFEFF || at != 0) append_utf8(out, unit);
      continue;
    }
    const auto low = unit_at(text, at + 2, order);
    if (unit < 0xDC00 && low >= 0xDC00 && low < 0xE000) {
      append_utf8(out, 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
      at += 2;
    } else {
      append_utf8(out, kReplacement);
    }
  }
  return out;
}

}  // namespace

void normalize_encoding(std::string& text) {
  if (const auto order = utf16_order(text); order != Order::none) text = utf16_to_utf8(text, order);
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
}

}  // namespace understudy::capture
