#include "core/diff/decimal.hpp"

#include "core/base/ascii.hpp"

#include <charconv>

namespace understudy::diff {
namespace {

constexpr std::size_t kExponentDigitsMax = 9;

std::string_view take_digits(std::string_view& rest) noexcept {
  std::size_t count = 0;
  while (count < rest.size() && ascii_digit(rest[count])) ++count;
  const auto digits = rest.substr(0, count);
  rest.remove_prefix(count);
  return digits;
}

/// The exponent part at the front of `rest`, 0 when there is none.
bool take_exponent(std::string_view& rest, long long& exponent) noexcept {
  exponent = 0;
  if (rest.empty() || ascii_lower(rest.front()) != 'e') return true;
  rest.remove_prefix(1);
  const bool negative = !rest.empty() && rest.front() == '-';
  if (negative || (!rest.empty() && rest.front() == '+')) rest.remove_prefix(1);
  const auto digits = take_digits(rest);
  if (digits.empty() || digits.size() > kExponentDigitsMax) return false;
  std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  if (negative) exponent = -exponent;
  return true;
}

}  // namespace

bool canonical_decimal(std::string_view token, std::string& out) {
  auto rest = token;
  const bool negative = !rest.empty() && rest.front() == '-';
  if (negative) rest.remove_prefix(1);
  const auto whole = take_digits(rest);
  if (whole.empty() || (whole.size() > 1 && whole.front() == '0')) return false;
  std::string_view fraction;
  if (!rest.empty() && rest.front() == '.') {
    rest.remove_prefix(1);
    fraction = take_digits(rest);
    if (fraction.empty()) return false;
  }
  long long exponent = 0;
  if (!take_exponent(rest, exponent) || !rest.empty()) return false;

  out.assign(whole);
  out.append(fraction);
  exponent -= static_cast<long long>(fraction.size());
  const auto last = out.find_last_not_of('0');
  if (last == std::string::npos) {
    out = "0";
    return true;
  }
  exponent += static_cast<long long>(out.size() - last - 1);
  out.resize(last + 1);
  out.erase(0, out.find_first_not_of('0'));
  if (negative) out.insert(out.begin(), '-');
  if (exponent != 0) {
    char text[24];
    const auto end = std::to_chars(text, text + sizeof text, exponent).ptr;
    out += 'e';
    out.append(text, end);
  }
  return true;
}

std::optional<std::string> canonical_decimal(std::string_view token) {
  std::string out;
  if (!canonical_decimal(token, out)) return std::nullopt;
  return out;
}

}  // namespace understudy::diff
