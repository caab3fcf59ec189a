// UTF-8 (RFC 3629): checking, reading and writing single code points.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace understudy::scrub {

/// No overlong forms, no surrogates, nothing above U+10FFFF.
bool is_valid_utf8(std::string_view text) noexcept;

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t bytes = 0;  ///< 0 when no valid code point starts here
};
CodePoint read_code_point(std::string_view text, std::size_t at) noexcept;

/// A surrogate or a value above U+10FFFF becomes U+FFFD.
void append_utf8(std::string& out, std::uint32_t code_point);

}  // namespace understudy::scrub
