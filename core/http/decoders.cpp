#include "core/http/decoders.hpp"

#include "core/http/bounded_output.hpp"
#include "core/http/content_coding.hpp"

#include <limits>
#include <memory>

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

namespace understudy::http {
namespace {

constexpr int kGzipWindowBits = 15 + 16;
constexpr int kZlibWindowBits = 15;
constexpr int kRawWindowBits = -15;
constexpr unsigned kZstdWindowLogMax = 23;  // 8 MiB

// One inflate stream; it owns zlib's memory.
class Inflater {
 public:
  explicit Inflater(int window_bits) { ready_ = inflateInit2(&stream_, window_bits) == Z_OK; }
  ~Inflater() {
    if (ready_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // Decodes one member from the front of `in` and removes it.
  Result<> decode_member(std::string_view& in, BoundedOutput& out) {
    if (!ready_ || in.size() > std::numeric_limits<uInt>::max()) return CodingErrc::too_large;
    std::string_view rest = in;
    // zlib reads through this pointer and never writes; its C interface just does not say so.
    stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(rest.data()));
    stream_.avail_in = static_cast<uInt>(rest.size());
    while (true) {
      const auto room = out.room();
      stream_.next_out = reinterpret_cast<Bytef*>(room.data());
      stream_.avail_out = static_cast<uInt>(room.size());
      const int status = inflate(&stream_, Z_NO_FLUSH);
      out.commit(room.size() - stream_.avail_out);
      if (out.over_cap()) return CodingErrc::too_large;
      if (status == Z_STREAM_END) break;
      if (status != Z_OK || (stream_.avail_in == 0 && stream_.avail_out != 0)) return CodingErrc::corrupt;
    }
    in.remove_prefix(in.size() - stream_.avail_in);
    return inflateReset(&stream_) == Z_OK ? Result<>{} : CodingErrc::corrupt;
  }

 private:
  z_stream stream_{};
  bool ready_ = false;
};

Result<std::string> inflate_single(std::string_view body, int window_bits, std::size_t cap_bytes) {
  Inflater inflater(window_bits);
  BoundedOutput out(cap_bytes);
  if (const auto decoded = inflater.decode_member(body, out); !decoded) return decoded.error();
  if (!body.empty()) return CodingErrc::corrupt;
  return std::move(out).take();
}

}  // namespace

Result<std::string> decode_gzip(std::string_view body, std::size_t cap_bytes) {
  Inflater inflater(kGzipWindowBits);
  BoundedOutput out(cap_bytes);
  do {
    if (const auto decoded = inflater.decode_member(body, out); !decoded) return decoded.error();
  } while (!body.empty());
  return std::move(out).take();
}

Result<std::string> decode_deflate(std::string_view body, std::size_t cap_bytes) {
  auto wrapped = inflate_single(body, kZlibWindowBits, cap_bytes);
  if (wrapped || wrapped.error() == CodingErrc::too_large) return wrapped;
  return inflate_single(body, kRawWindowBits, cap_bytes);
}

Result<std::string> decode_brotli(std::string_view body, std::size_t cap_bytes) {
  const std::unique_ptr<BrotliDecoderState, decltype(&BrotliDecoderDestroyInstance)> state(
      BrotliDecoderCreateInstance(nullptr, nullptr, nullptr), &BrotliDecoderDestroyInstance);
  if (!state) return CodingErrc::too_large;
  BoundedOutput out(cap_bytes);
  auto next_in = reinterpret_cast<const std::uint8_t*>(body.data());
  std::size_t available_in = body.size();
  while (true) {
    const auto room = out.room();
    auto next_out = reinterpret_cast<std::uint8_t*>(room.data());
    std::size_t available_out = room.size();
    const auto status = BrotliDecoderDecompressStream(state.get(), &available_in, &next_in, &available_out,
                                                      &next_out, nullptr);
    out.commit(room.size() - available_out);
    if (out.over_cap()) return CodingErrc::too_large;
    if (status == BROTLI_DECODER_RESULT_SUCCESS) break;
    if (status != BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) return CodingErrc::corrupt;
  }
  if (available_in != 0) return CodingErrc::corrupt;
  return std::move(out).take();
}

Result<std::string> decode_zstd(std::string_view body, std::size_t cap_bytes) {
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), &ZSTD_freeDCtx);
  if (!context) return CodingErrc::too_large;
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, static_cast<int>(kZstdWindowLogMax));
  BoundedOutput out(cap_bytes);
  ZSTD_inBuffer in{body.data(), body.size(), 0};
  while (true) {
    const auto room = out.room();
    ZSTD_outBuffer piece{room.data(), room.size(), 0};
    const auto left = ZSTD_decompressStream(context.get(), &piece, &in);
    out.commit(piece.pos);
    if (out.over_cap()) return CodingErrc::too_large;
    if (ZSTD_isError(left)) return CodingErrc::corrupt;
    if (left == 0 && in.pos == in.size) return std::move(out).take();
    // Input is used up in the middle of a frame, and nothing more can come out of it.
    if (in.pos == in.size && piece.pos < piece.size) return CodingErrc::corrupt;
  }
}

}  // namespace understudy::http
