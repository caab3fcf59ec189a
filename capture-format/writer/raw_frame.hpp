// A zstd frame that stores its content as it is, at the speed of a copy: for when compression cannot keep up.
#pragma once

#include <cstddef>
#include <string_view>

namespace understudy::capture {

/// No more bytes than this has the frame of so much content (below 4 GiB).
std::size_t raw_frame_bound(std::size_t content_bytes) noexcept;

/// One legal frame (RFC 8878: single segment, content size, raw blocks, content checksum) at `out`; returns
/// its size.
std::size_t write_raw_frame(std::string_view content, char* out) noexcept;

}  // namespace understudy::capture
