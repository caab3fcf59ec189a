// Request line and status line (RFC 9112 §3 and §4), read strictly from one whole line.
#pragma once

#include "core/base/result.hpp"
#include "core/http/message.hpp"

#include <string_view>

namespace understudy::http {

/// Reads `line` (without its CRLF) into method, target and version of `head`.
/// Errors: bad_request_line, bad_version, bad_target, target_too_long, method_not_allowed.
Result<> parse_request_line(std::string_view line, std::size_t target_limit_bytes, RequestHead& head);

/// Reads `line` (without its CRLF) into status, reason and version of `head`.
/// A missing space after the status code is tolerated: origins omit it together with the reason.
/// Errors: bad_status_line, bad_version.
Result<> parse_status_line(std::string_view line, ResponseHead& head);

}  // namespace understudy::http
