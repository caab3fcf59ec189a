// Content encoders for tests: what a server would have done.
#pragma once

#include <string>
#include <string_view>

namespace understudy::http {

std::string encode_gzip(std::string_view content);
std::string encode_zlib(std::string_view content);
std::string encode_raw_deflate(std::string_view content);
std::string encode_brotli(std::string_view content);
std::string encode_zstd(std::string_view content);

}  // namespace understudy::http
