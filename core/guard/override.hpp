// Requests that ask the server to act as if another method or path had been sent.
#pragma once

#include "core/http/message.hpp"

#include <optional>
#include <string>

namespace understudy::guard {

/// What overrides the method or the path ("header X-HTTP-Method-Override", "query parameter _method"), or
/// nothing. A form that cannot be read counts as one.
std::optional<std::string> method_override(const http::Request& request);

}  // namespace understudy::guard
