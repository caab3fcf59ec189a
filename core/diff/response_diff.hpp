// The comparison of a recorded response with a replayed one: status, content type, headers, decoded body.
#pragma once

#include "core/diff/difference.hpp"
#include "core/diff/difference_sink.hpp"
#include "core/http/message.hpp"

#include <cstddef>

namespace understudy::diff {

struct CompareOptions {
  ResponseTimes times;
  bool body_recorded = true;  ///< false: the recording has no (whole) body, so only the head can be compared
  std::size_t body_bytes_max =
      16 * 1024 * 1024;  ///< decoded; larger bodies are equal or not compared ("size")
};

/// Pure. A changed status is the only finding then: the rest of the answer follows from it. Bodies are
/// compared as JSON when the recording's is JSON by Content-Type (or by its first byte when there is none)
/// and both parse, else as bytes after content decoding. `not_compared` is "body_not_recorded", "encoding" or
/// "size" when the bodies could not be looked at; head differences are reported all the same.
Comparison compare(const http::Response& recorded, const http::Response& replayed,
                   const CompareOptions& options = {});

/// "application/json" of "Application/JSON; charset=utf-8"; lower case, "" when there is none.
std::string media_type_of(const http::Fields& fields);

/// Whether the media type is JSON (RFC 8259, RFC 6839 +json).
bool is_json_type(std::string_view media_type) noexcept;

}  // namespace understudy::diff
