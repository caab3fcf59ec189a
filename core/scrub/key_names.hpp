// What the name of a field, parameter or header says about its value.
#pragma once

#include <cstdint>
#include <string_view>

namespace understudy::scrub {

enum class KeyKind : std::uint8_t {
  plain,
  secret,         ///< password, api_key, refreshToken, X-CSRF-Token ...: the value goes, whatever it is
  secret_text,    ///< "tokens" and the like: texts go, numbers are mere counts
  authorization,  ///< a scheme word and a credential
  card,           ///< a card number, whatever its first digits are
};

constexpr bool is_secret(KeyKind kind) noexcept {
  return kind == KeyKind::secret || kind == KeyKind::secret_text || kind == KeyKind::authorization;
}

/// Upper and lower case, camelCase, '-', '_', '.' and spaces make no difference; trailing digits and words
/// such as "confirmation" or "hash" are looked past.
KeyKind classify_key(std::string_view name) noexcept;

}  // namespace understudy::scrub
