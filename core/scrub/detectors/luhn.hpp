// The check digit of card numbers (ISO/IEC 7812-1 annex B).
#pragma once

#include <cstddef>
#include <string_view>

namespace understudy::scrub {

inline constexpr std::size_t kCardDigitsMin = 12;
inline constexpr std::size_t kCardDigitsMax = 19;

/// The sum over digits whose last one has weight `last_weight` (1 or 2).
constexpr int luhn_sum(std::string_view digits, int last_weight) noexcept {
  int sum = 0;
  int weight = last_weight;
  for (auto at = digits.size(); at-- > 0; weight = 3 - weight) {
    const int product = (digits[at] - '0') * weight;
    sum += product > 9 ? product - 9 : product;
  }
  return sum;
}

/// `digits` holds ASCII digits only.
constexpr bool passes_luhn(std::string_view digits) noexcept { return luhn_sum(digits, 1) % 10 == 0; }

/// The digit that makes `head` followed by it valid.
constexpr char luhn_digit(std::string_view head) noexcept {
  return static_cast<char>('0' + (10 - luhn_sum(head, 2) % 10) % 10);
}

}  // namespace understudy::scrub
