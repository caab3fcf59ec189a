#include "core/scrub/json/number.hpp"

#include <algorithm>
#include <charconv>

namespace understudy::scrub {
namespace {

constexpr int kDigitsMax = 19;

}  // namespace

std::string whole_number_digits(std::string_view number) {
  if (number.starts_with('-')) number.remove_prefix(1);
  const auto exponent_at = number.find_first_of("eE");
  long exponent = 0;
  if (exponent_at != std::string_view::npos) {
    auto text = number.substr(exponent_at + 1);
    if (text.starts_with('+')) text.remove_prefix(1);
    // An exponent too large to read is too large for a card number.
    if (std::from_chars(text.data(), text.data() + text.size(), exponent).ec != std::errc{}) return {};
  }
  const auto mantissa = number.substr(0, exponent_at);
  const auto dot = mantissa.find('.');
  std::string digits(mantissa.substr(0, dot));
  if (dot != std::string_view::npos) {
    digits += mantissa.substr(dot + 1);
    exponent -= static_cast<long>(mantissa.size() - dot - 1);
  }
  for (; exponent < 0; ++exponent) {
    if (digits.empty() || digits.back() != '0') return {};
    digits.pop_back();
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  if (exponent > kDigitsMax || digits.size() + static_cast<std::size_t>(exponent) > kDigitsMax) return {};
  return digits.append(static_cast<std::size_t>(exponent), '0');
}

}  // namespace understudy::scrub
