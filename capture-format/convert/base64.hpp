// Base64 (RFC 4648 §4) for bodies that JSON cannot hold.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace understudy::capture {

std::string base64_encode(std::string_view bytes);

/// Tolerates line breaks, spaces, the URL alphabet and missing padding. Nothing when it is no base64.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace understudy::capture
