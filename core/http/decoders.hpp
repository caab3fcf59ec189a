// One function per content coding, each a bounded run of the library that implements it.
#pragma once

#include "core/base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace understudy::http {

/// All of them decode the whole of `body` into at most `cap_bytes`. Errors: CodingErrc::corrupt (truncated,
/// bad checksum, bytes behind the end) and CodingErrc::too_large.

/// RFC 1952, every member.
Result<std::string> decode_gzip(std::string_view body, std::size_t cap_bytes);
/// RFC 1950; raw RFC 1951 as some servers send it (RFC 9110 §8.4.1.2).
Result<std::string> decode_deflate(std::string_view body, std::size_t cap_bytes);
/// RFC 7932.
Result<std::string> decode_brotli(std::string_view body, std::size_t cap_bytes);
/// RFC 8878, every frame; windows over 8 MiB are refused (RFC 9659).
Result<std::string> decode_zstd(std::string_view body, std::size_t cap_bytes);

}  // namespace understudy::http
