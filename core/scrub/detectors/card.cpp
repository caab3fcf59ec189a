#include "core/scrub/detectors/card.hpp"

#include "core/base/ascii.hpp"
#include "core/scrub/detectors/luhn.hpp"

#include <algorithm>
#include <array>

namespace understudy::scrub {
namespace {

/// Issuer prefixes low..high, of as many digits as `low` has, and the lengths that are issued under them as a
/// bit set.
struct IssuerRange {
  int low;
  int high;
  std::uint32_t lengths;
};

constexpr std::uint32_t length(unsigned digits) { return 1u << digits; }
constexpr std::uint32_t lengths(unsigned from, unsigned to) { return (1u << (to + 1)) - (1u << from); }

constexpr std::array kIssuers = std::to_array<IssuerRange>({
    {4, 4, length(13) | length(16) | length(19)},    // Visa
    {51, 55, length(16)},                            // Mastercard
    {2221, 2720, length(16)},                        // Mastercard 2-series
    {34, 34, length(15)},                            // American Express
    {37, 37, length(15)},                            // American Express
    {300, 305, lengths(14, 19)},                     // Diners Club
    {3095, 3095, lengths(14, 19)},                   // Diners Club
    {36, 36, lengths(14, 19)},                       // Diners Club
    {38, 39, lengths(14, 19)},                       // Diners Club
    {3528, 3589, lengths(16, 19)},                   // JCB
    {60, 60, lengths(16, 19)},                       // Discover, RuPay
    {644, 659, lengths(16, 19)},                     // Discover
    {62, 62, lengths(16, 19)},                       // UnionPay
    {81, 82, lengths(16, 19)},                       // UnionPay, RuPay
    {2200, 2204, lengths(16, 19)},                   // Mir
    {9792, 9792, length(16)},                        // Troy
    {5018, 5018, lengths(12, 19)},                   // Maestro
    {5020, 5020, lengths(12, 19)},                   // Maestro
    {5038, 5038, lengths(12, 19)},                   // Maestro
    {5893, 5893, lengths(12, 19)},                   // Maestro
    {6304, 6304, lengths(12, 19)},                   // Maestro
    {67, 67, lengths(12, 19)},                       // Maestro
    {50, 50, length(16) | length(18) | length(19)},  // Maestro and national debit cards
    {56, 58, length(16) | length(18) | length(19)},  // Maestro
    {636, 639, lengths(16, 19)},                     // InterPayment, InstaPayment
});

int prefix_of(std::string_view digits, std::size_t count) {
  int prefix = 0;
  for (std::size_t i = 0; i < count; ++i) prefix = prefix * 10 + (digits[i] - '0');
  return prefix;
}

bool is_issued(std::string_view digits) {
  return std::any_of(kIssuers.begin(), kIssuers.end(), [&](const IssuerRange& range) {
    const std::size_t count = range.low >= 1000 ? 4 : range.low >= 100 ? 3 : range.low >= 10 ? 2 : 1;
    const int prefix = prefix_of(digits, count);
    return prefix >= range.low && prefix <= range.high &&
           (range.lengths & length(static_cast<unsigned>(digits.size())));
  });
}

bool is_separator(char c) { return c == ' ' || c == '-' || c == '.' || c == '\t' || c == '\r' || c == '\n'; }

/// Adjacent digits, and what stands before them in the same run.
struct Group {
  Span span;
  bool after_dot = false;
};

constexpr std::size_t kSeparatorsMax = 2;  // CR LF

/// Digit groups from `at` on that only separators keep apart.
std::vector<Group> read_run(std::string_view text, std::size_t at) {
  std::vector<Group> groups;
  bool after_dot = false;
  for (;;) {
    auto end = at;
    while (end < text.size() && ascii_digit(text[end])) ++end;
    groups.push_back({{at, end}, after_dot});
    at = end;
    after_dot = false;
    while (at < text.size() && at - end < kSeparatorsMax && is_separator(text[at]))
      after_dot |= text[at++] == '.';
    if (at == end || at == text.size() || !ascii_digit(text[at])) return groups;
  }
}

/// Grouped as cards are printed: fours with a shorter or slightly longer rest, 4-6-5, 4-6-4, halves.
bool is_printed_form(const Group* first, std::size_t count) {
  const auto size = [&](std::size_t i) { return first[i].span.size(); };
  if (count == 1) return true;
  if (count == 2) return (size(0) == 8 && size(1) == 8) || (size(0) == 6 && size(1) >= 10);
  if (count == 3 && size(0) == 4 && size(1) == 6) return size(2) >= 4 && size(2) <= 6;
  for (std::size_t i = 0; i + 1 < count; ++i)
    if (size(i) != 4) return false;
  return size(count - 1) <= 6;
}

/// A digit run inside a hexadecimal digest of usual length is no number.
bool is_in_hex_digest(std::string_view text, Span span) {
  const auto is_hex = [](char c) {
    return ascii_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f');
  };
  auto begin = span.begin;
  auto end = span.end;
  constexpr std::size_t kLongest = 128;
  while (begin > 0 && span.end - begin <= kLongest && is_hex(text[begin - 1])) --begin;
  while (end < text.size() && end - begin <= kLongest && is_hex(text[end])) ++end;
  const auto size = end - begin;
  return size != span.size() &&
         (size == 32 || size == 40 || size == 56 || size == 64 || size == 96 || size == 128);
}

/// "0.4111111111111111" is a fraction; "com0.4111111111111111" is none.
bool is_fraction(std::string_view text, const Group* run, const Group* group) {
  if (group == run || !group->after_dot) return false;
  const auto whole = group[-1].span;
  if (whole.end + 1 != group->span.begin || text.substr(whole.begin, whole.size()) != "0") return false;
  if (whole.begin == 0) return true;
  const char before = text[whole.begin - 1];
  const bool is_word = (before | 0x20) >= 'a' && (before | 0x20) <= 'z';
  return !is_word && static_cast<unsigned char>(before) < 0x80;
}

bool is_candidate(std::string_view text, const std::vector<Group>& run, std::size_t first,
                  std::size_t count) {
  const bool whole_run = count == run.size();
  const auto* groups = run.data() + first;
  const bool dotted =
      std::any_of(groups + 1, groups + count, [](const Group& group) { return group.after_dot; });
  if ((!whole_run || dotted) && !is_printed_form(groups, count)) return false;
  if (count > 1) return true;
  return !is_fraction(text, run.data(), groups) && !is_in_hex_digest(text, groups->span);
}

std::string digits_of(std::string_view text, const Group* groups, std::size_t count) {
  std::string digits;
  for (std::size_t i = 0; i < count; ++i) digits += text.substr(groups[i].span.begin, groups[i].span.size());
  return digits;
}

void find_in_run(std::string_view text, const std::vector<Group>& run, bool named,
                 std::vector<CardFinding>& found) {
  for (std::size_t first = 0; first < run.size(); ++first) {
    std::size_t size = 0;
    for (std::size_t last = first; last < run.size(); ++last) {
      size += run[last].span.size();
      if (size > kCardDigitsMax) break;
      const auto count = last - first + 1;
      if (size < kCardDigitsMin || !is_candidate(text, run, first, count)) continue;
      auto digits = digits_of(text, run.data() + first, count);
      if (is_card_number(digits, named))
        found.push_back({{run[first].span.begin, run[last].span.end}, std::move(digits)});
    }
  }
}

}  // namespace

bool is_card_number(std::string_view digits, bool named) noexcept {
  if (digits.size() < kCardDigitsMin || digits.size() > kCardDigitsMax) return false;
  return (named || is_issued(digits)) && passes_luhn(digits);
}

bool has_card_run(std::string_view text) noexcept {
  std::size_t digits = 0;
  for (const char c : text) {
    if (ascii_digit(c)) {
      if (++digits == kCardDigitsMin) return true;
    } else if (!is_separator(c)) {
      digits = 0;
    }
  }
  return false;
}

void find_cards(std::string_view text, bool named, std::vector<CardFinding>& found) {
  for (std::size_t at = 0; at < text.size();) {
    if (!ascii_digit(text[at])) {
      ++at;
      continue;
    }
    const auto run = read_run(text, at);
    find_in_run(text, run, named, found);
    at = run.back().span.end;
  }
}

}  // namespace understudy::scrub
