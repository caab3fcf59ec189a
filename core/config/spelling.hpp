// The nearest known name to a mistyped one.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace understudy::config {

/// The known name that is at most a third of its letters (and at least one edit) away, or nothing.
std::optional<std::string> nearest_name(std::string_view typed,
                                        const std::set<std::string, std::less<>>& known);

}  // namespace understudy::config
