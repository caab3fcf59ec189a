// The shape of a scalar value: what tells an id or a clock from content.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace understudy::diff {

enum class ValueClass : std::uint8_t {
  text,
  number,
  boolean,
  null,
  container,
  uuid,
  ulid,
  time,
  hex_token,
  base64_token,
  jwt
};

constexpr std::string_view to_string(ValueClass value_class) noexcept {
  switch (value_class) {
    case ValueClass::text:
      return "text";
    case ValueClass::number:
      return "number";
    case ValueClass::boolean:
      return "boolean";
    case ValueClass::null:
      return "null";
    case ValueClass::container:
      return "container";
    case ValueClass::uuid:
      return "uuid";
    case ValueClass::ulid:
      return "ulid";
    case ValueClass::time:
      return "time";
    case ValueClass::hex_token:
      return "hex_token";
    case ValueClass::base64_token:
      return "base64_token";
    case ValueClass::jwt:
      return "jwt";
  }
  return "text";
}

/// Values that services make afresh: ids, tokens, times. A number or a word is content.
constexpr bool is_volatile(ValueClass value_class) noexcept { return value_class >= ValueClass::uuid; }

bool is_uuid(std::string_view text) noexcept;
bool is_ulid(std::string_view text) noexcept;
bool is_hex(std::string_view text) noexcept;
/// Three base64url parts of which the first begins like a JSON object.
bool is_jwt(std::string_view text) noexcept;
/// 16 or more characters of base64 or base64url that mix letters of both cases with digits.
bool is_random_token(std::string_view text) noexcept;

/// The class of a string, or of a number's token.
ValueClass classify(std::string_view text) noexcept;

/// `text` with every UUID replaced by "{uuid}", so that "/orders/<one>" and "/orders/<another>" are alike.
std::string mask_uuids(std::string_view text);

}  // namespace understudy::diff
