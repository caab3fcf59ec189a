// Name-value pairs of a query or a form body (application/x-www-form-urlencoded).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace understudy::demo {

/// The last value wins when a name is repeated; broken percent escapes stay as they are.
std::map<std::string, std::string, std::less<>> parse_form(std::string_view text);

/// The value of `name` as a whole number from 1, or `otherwise`.
std::int64_t count_or(const std::map<std::string, std::string, std::less<>>& form, std::string_view name,
                      std::int64_t otherwise);

}  // namespace understudy::demo
