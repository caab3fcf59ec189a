// JSON string escapes undone (RFC 8259 §7).
#pragma once

#include <string>
#include <string_view>

namespace understudy::diff {

/// Appends what the text between the quotes means. False on a bad escape or a lone surrogate.
bool unescape_json_string(std::string_view escaped, std::string& out);

}  // namespace understudy::diff
