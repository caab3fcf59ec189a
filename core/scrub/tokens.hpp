// Inert deterministic tokens: what stands in for a secret or personal value, and how one is known again.
#pragma once

#include "core/scrub/hmac.hpp"
#include "core/scrub/scrubber.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace understudy::scrub {

/// The same key and value always give the same token, so joins survive. Every token lies in a namespace that
/// reaches nobody, and is left alone when scrubbed again. Immutable; usable by any thread.
class Tokens {
 public:
  explicit Tokens(const Key& key);

  /// "u<16 base32>@<8 base32>.invalid" (RFC 2606 §2); the letters' case does not matter, equal domains stay
  /// equal.
  std::string email(std::string_view address) const;
  static bool is_email(std::string_view text) noexcept;
  /// Also when a percent-escape stands before it, which is part of an address only to those who do not decode
  /// it.
  static bool is_escaped_email(std::string_view text) noexcept;

  /// As many digits as given (12 to 19): a documented test BIN of the brand, keyed digits, a valid Luhn
  /// digit.
  std::string card(std::string_view digits) const;
  /// Needs the key: two to four of the digits are a keyed checksum, since test BINs hold published numbers as
  /// well.
  bool is_card(std::string_view digits) const;

  /// "us-<20 base32>" for credentials and everything else that has no form of its own.
  std::string opaque(std::string_view value) const;
  static bool is_opaque(std::string_view text) noexcept;
  /// Whether `text` begins with one.
  static bool starts_opaque(std::string_view text) noexcept;

  /// Changes when the key or the rules that this build applies change.
  std::uint32_t policy_id() const;

 private:
  Hmac email_;
  Hmac domain_;
  Hmac card_;
  Hmac opaque_;
  Hmac policy_;
};

}  // namespace understudy::scrub
