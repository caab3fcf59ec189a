#include "core/diff/value_class.hpp"

#include "core/base/ascii.hpp"
#include "core/diff/decimal.hpp"
#include "core/diff/time_value.hpp"

#include <algorithm>

namespace understudy::diff {
namespace {

constexpr std::size_t kUuidBytes = 36;
constexpr std::size_t kTokenBytesMin = 16;

constexpr bool is_hex_digit(char c) noexcept { return hex_value(c) >= 0; }

constexpr bool is_letter(char c) noexcept { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; }

constexpr bool is_base64_char(char c) noexcept {
  return is_letter(c) || ascii_digit(c) || c == '+' || c == '/' || c == '-' || c == '_';
}

bool all_base64(std::string_view text) noexcept { return std::ranges::all_of(text, is_base64_char); }

}  // namespace

bool is_uuid(std::string_view text) noexcept {
  if (text.size() != kUuidBytes) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex_digit(text[i])) return false;
  }
  return true;
}

bool is_ulid(std::string_view text) noexcept {
  if (text.size() != 26 || text.front() > '7' || !ascii_digit(text.front())) return false;
  return std::ranges::all_of(text, [](char c) {
    return ascii_digit(c) || (c >= 'A' && c <= 'Z' && c != 'I' && c != 'L' && c != 'O' && c != 'U');
  });
}

bool is_hex(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, is_hex_digit);
}

bool is_jwt(std::string_view text) noexcept {
  if (!text.starts_with("eyJ")) return false;
  const auto first = text.find('.');
  const auto second = first == std::string_view::npos ? first : text.find('.', first + 1);
  if (second == std::string_view::npos) return false;
  return all_base64(text.substr(0, first)) && all_base64(text.substr(first + 1, second - first - 1)) &&
         all_base64(text.substr(second + 1));
}

bool is_random_token(std::string_view text) noexcept {
  while (text.ends_with('=')) text.remove_suffix(1);
  if (text.size() < kTokenBytesMin || !all_base64(text)) return false;
  const auto upper = std::ranges::count_if(text, [](char c) { return c >= 'A' && c <= 'Z'; });
  const auto lower = std::ranges::count_if(text, [](char c) { return c >= 'a' && c <= 'z'; });
  const auto digits = std::ranges::count_if(text, ascii_digit);
  return upper > 0 && lower > 0 && digits > 1;
}

ValueClass classify(std::string_view text) noexcept {
  if (text.empty()) return ValueClass::text;
  if (is_uuid(text)) return ValueClass::uuid;
  if (parse_time(text)) return ValueClass::time;
  if (is_ulid(text)) return ValueClass::ulid;
  const bool digits = std::ranges::all_of(text, ascii_digit);
  if (!digits && text.size() >= kTokenBytesMin && is_hex(text)) return ValueClass::hex_token;
  if (is_jwt(text)) return ValueClass::jwt;
  if (is_random_token(text)) return ValueClass::base64_token;
  return ValueClass::text;
}

std::string mask_uuids(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (is_uuid(text.substr(0, kUuidBytes))) {
      out += "{uuid}";
      text.remove_prefix(kUuidBytes);
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace understudy::diff
