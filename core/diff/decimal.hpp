// JSON numbers as decimal text: big integers and money lose digits as doubles and would pass falsely.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace understudy::diff {

/// One text per value: 1, 1.0 and 10e-1 are "1"; 1500 is "15e2"; -0 is "0". Nothing when `token` is no JSON
/// number (RFC 8259 §6) or its exponent has more than 9 digits.
std::optional<std::string> canonical_decimal(std::string_view token);

/// The same into reused memory. False leaves `out` unspecified.
bool canonical_decimal(std::string_view token, std::string& out);

}  // namespace understudy::diff
