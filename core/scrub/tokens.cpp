#include "core/scrub/tokens.hpp"

#include "core/base/ascii.hpp"
#include "core/scrub/detectors/luhn.hpp"

#include <algorithm>
#include <cstring>

namespace understudy::scrub {
namespace {

constexpr std::string_view kBase32 = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::size_t kUserDigits = 16;
constexpr std::size_t kDomainDigits = 8;
constexpr std::size_t kOpaqueDigits = 20;
constexpr std::string_view kOpaquePrefix = "us-";
constexpr std::size_t kOpaqueBytes = kOpaquePrefix.size() + kOpaqueDigits;
constexpr std::string_view kInvalidDomain = ".invalid";
constexpr std::size_t kEmailBytes = 1 + kUserDigits + 1 + kDomainDigits + kInvalidDomain.size();

/// Raised whenever a rule changes what is found or how it is replaced.
constexpr std::string_view kRules = "understudy scrub rules 2";

Hmac derived(const Hmac& master, std::string_view purpose) { return Hmac(master.digest(purpose)); }

std::string base32(const Digest& digest, std::size_t count) {
  std::string out;
  std::uint32_t bits = 0;
  unsigned available = 0;
  for (std::size_t next = 0; out.size() < count;) {
    if (available < 5) {
      bits = (bits << 8) | digest[next++];
      available += 8;
    }
    available -= 5;
    out.push_back(kBase32[(bits >> available) & 31]);
  }
  return out;
}

bool is_base32(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7'); });
}

std::uint64_t number_of(const Digest& digest) {
  std::uint64_t number = 0;
  std::memcpy(&number, digest.data(), sizeof number);
  return number;
}

void append_decimal(std::string& out, std::uint64_t number, std::size_t digits) {
  std::string tail(digits, '0');
  for (std::size_t i = digits; i-- > 0; number /= 10) tail[i] = static_cast<char>('0' + number % 10);
  out += tail;
}

/// Six digits that payment processors publish for tests only, of the brand that `digits` begins with.
std::string_view test_bin(std::string_view digits) {
  const int two = (digits[0] - '0') * 10 + (digits[1] - '0');
  if (digits[0] == '4') return "491761";                                  // Visa
  if (two >= 51 && two <= 55) return "542400";                            // Mastercard
  if (two >= 22 && two <= 27 && digits.size() == 16) return "222300";     // Mastercard 2-series
  if (two == 34 || two == 37) return "370000";                            // American Express
  if (two == 30 || two == 36 || two == 38 || two == 39) return "380000";  // Diners Club
  if (two == 35) return "353011";                                         // JCB
  if (two == 62 || two == 81) return "621094";                            // UnionPay
  if (two == 60 || two == 64 || two == 65) return "644564";               // Discover; 601100 is in use
  return "675964";                                                        // Maestro
}

/// How many keyed checksum digits fit without leaving too few different tokens. Each makes it ten times less
/// likely that a card which happens to begin with a test BIN is taken for a token and passes.
std::size_t checksum_digits(std::size_t length) { return length >= 18 ? 4 : length >= 14 ? 3 : 2; }

std::string checksum(const Hmac& key, std::string_view head, std::size_t digits) {
  std::string out;
  append_decimal(out, number_of(key.digest(std::string("check") + std::string(head))), digits);
  return out;
}

}  // namespace

Tokens::Tokens(const Key& key)
    : email_(derived(Hmac(key), "email")),
      domain_(derived(Hmac(key), "email domain")),
      card_(derived(Hmac(key), "card")),
      opaque_(derived(Hmac(key), "opaque")),
      policy_(derived(Hmac(key), "policy")) {}

std::string Tokens::email(std::string_view address) const {
  const auto folded = to_lower(address);
  const auto at = folded.rfind('@');
  const auto domain = std::string_view(folded).substr(at + 1);
  std::string token = "u" + base32(email_.digest(folded), kUserDigits);
  token += "@" + base32(domain_.digest(domain), kDomainDigits);
  return token.append(kInvalidDomain);
}

bool Tokens::is_email(std::string_view text) noexcept {
  return text.size() == kEmailBytes && text[0] == 'u' && text[1 + kUserDigits] == '@' &&
         is_base32(text.substr(1, kUserDigits)) && is_base32(text.substr(2 + kUserDigits, kDomainDigits)) &&
         text.ends_with(kInvalidDomain);
}

std::string Tokens::card(std::string_view digits) const {
  std::string token(test_bin(digits));
  const auto checks = checksum_digits(digits.size());
  append_decimal(token, number_of(card_.digest(digits)), digits.size() - token.size() - checks - 1);
  token += checksum(card_, token, checks);
  token.push_back(luhn_digit(token));
  return token;
}

bool Tokens::is_card(std::string_view digits) const {
  if (digits.size() < kCardDigitsMin || !digits.starts_with(test_bin(digits))) return false;
  const auto checks = checksum_digits(digits.size());
  const auto head = digits.substr(0, digits.size() - checks - 1);
  return passes_luhn(digits) && digits.substr(head.size(), checks) == checksum(card_, head, checks);
}

std::string Tokens::opaque(std::string_view value) const {
  return std::string(kOpaquePrefix) + base32(opaque_.digest(value), kOpaqueDigits);
}

bool Tokens::starts_opaque(std::string_view text) noexcept { return is_opaque(text.substr(0, kOpaqueBytes)); }

bool Tokens::is_opaque(std::string_view text) noexcept {
  return text.size() == kOpaqueBytes && text.starts_with(kOpaquePrefix) &&
         is_base32(text.substr(kOpaquePrefix.size()));
}

std::uint32_t Tokens::policy_id() const {
  return static_cast<std::uint32_t>(number_of(policy_.digest(kRules)));
}

}  // namespace understudy::scrub
