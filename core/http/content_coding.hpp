// Content codings (RFC 9110 §8.4): decoding for the scrubber and the diff, never on the production path.
#pragma once

#include "core/base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace understudy::http {

enum class CodingErrc {
  unknown_coding = 1,  ///< not gzip, x-gzip, deflate, br, zstd or identity
  corrupt,             ///< bad magic, checksum, truncated, or bytes after the end
  too_large,           ///< over the caps below: a bomb, or simply too much
};
const boost::system::error_category& coding_category() noexcept;
inline boost::system::error_code make_error_code(CodingErrc e) noexcept {
  return {static_cast<int>(e), coding_category()};
}

struct DecodeLimits {
  std::size_t output_bytes = 8 * 1024 * 1024;
  std::size_t ratio = 200;  ///< output may not be more than this times the input (plus 64 KiB)
  std::size_t codings = 3;  ///< stacked codings
};

/// Undoes the codings of a Content-Encoding value (all its fields joined by ','), last applied first.
/// gzip: every member; deflate: zlib and raw. An empty value or "identity" gives the input back.
Result<std::string> decode_content(std::string_view content_encoding, std::string_view body,
                                   const DecodeLimits& limits = {});

/// All values of Content-Encoding joined by ", "; empty when there is none.
class Fields;
std::string content_encoding_of(const Fields& fields);

}  // namespace understudy::http

template <>
struct boost::system::is_error_code_enum<understudy::http::CodingErrc> : std::true_type {};
