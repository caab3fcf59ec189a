// Comparison of response header fields.
#pragma once

#include "core/diff/difference_sink.hpp"
#include "core/http/fields.hpp"

namespace understudy::diff {

/// Adds header_missing, header_added, header_changed with paths "header:Name" and "header:Set-Cookie/name".
/// Repeated fields count as one list (RFC 9110 §5.3); of cookies the name and the attributes are compared,
/// not the value nor Expires. Content-Type is left to `compare`.
void diff_headers(const http::Fields& recorded, const http::Fields& replayed, DifferenceSink& sink);

}  // namespace understudy::diff
