// The whole number that a JSON number stands for, however it is written.
#pragma once

#include <string>
#include <string_view>

namespace understudy::scrub {

/// The decimal digits of |number| when it is a whole number of at most 19 digits ("4.111e3" is 4111); else
/// empty.
std::string whole_number_digits(std::string_view number);

}  // namespace understudy::scrub
