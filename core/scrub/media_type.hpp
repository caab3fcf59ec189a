// What a Content-Type promises about the bytes that it describes.
#pragma once

#include <cstdint>
#include <string_view>

namespace understudy::scrub {

enum class BodyKind : std::uint8_t { unknown, json, json_lines, form, markup, text, opaque };

struct MediaType {
  BodyKind kind = BodyKind::unknown;  ///< unknown: no Content-Type at all
  bool readable_charset = true;       ///< UTF-8 or a subset of it, or not stated
};

/// `content_type` is the whole field value; empty when there is none.
MediaType parse_media_type(std::string_view content_type);

}  // namespace understudy::scrub
