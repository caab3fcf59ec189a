#include "tests/unit/core/http/encoders.hpp"

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

namespace understudy::http {
namespace {

std::string deflate_with(std::string_view content, int window_bits) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, content.size()) + 64, '\0');
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

std::string encode_gzip(std::string_view content) { return deflate_with(content, 15 + 16); }
std::string encode_zlib(std::string_view content) { return deflate_with(content, 15); }
std::string encode_raw_deflate(std::string_view content) { return deflate_with(content, -15); }

std::string encode_brotli(std::string_view content) {
  std::size_t size = BrotliEncoderMaxCompressedSize(content.size()) + 64;
  std::string out(size, '\0');
  BrotliEncoderCompress(5, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_GENERIC, content.size(),
                        reinterpret_cast<const std::uint8_t*>(content.data()), &size,
                        reinterpret_cast<std::uint8_t*>(out.data()));
  out.resize(size);
  return out;
}

std::string encode_zstd(std::string_view content) {
  std::string out(ZSTD_compressBound(content.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), content.data(), content.size(), 3));
  return out;
}

}  // namespace understudy::http
