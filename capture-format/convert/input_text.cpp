#include "capture-format/convert/input_text.hpp"

#include "capture-format/convert/text_encoding.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

namespace understudy::capture {
namespace {

constexpr std::size_t kPieceBytes = 256 * 1024;
constexpr int kWindowLogMax = 27;

Failure failure(const std::string& path, std::string_view what) {
  return Failure{fmt::format("{}: {}", path, what)};
}

/// A string converts to either side of the result, so it must be said.
Outcome<std::string> success(std::string bytes) { return {boost::system::in_place_value, std::move(bytes)}; }

Failure too_large(const std::string& path) {
  return failure(path, fmt::format("holds more than {} MiB", kInputBytesMax >> 20));
}

Outcome<std::string> read_bytes(const std::string& path) {
  const bool standard_input = path == "-";
  const int descriptor = standard_input ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const auto last_error = [&path] {
    return failure(path, boost::system::error_code(errno, boost::system::system_category()).message());
  };
  if (descriptor < 0) return last_error();
  const std::unique_ptr<const int, void (*)(const int*)> closer(&descriptor, [](const int* open_descriptor) {
    if (*open_descriptor != STDIN_FILENO) close(*open_descriptor);
  });
  std::string bytes;
  // Growing by doubling would hold the text of a large file twice.
  struct stat status{};
  if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode))
    bytes.reserve(std::min(static_cast<std::size_t>(status.st_size), kInputBytesMax) + kPieceBytes);
  while (true) {
    const auto before = bytes.size();
    bytes.resize(before + kPieceBytes);
    const auto got = read(descriptor, bytes.data() + before, kPieceBytes);
    bytes.resize(before + static_cast<std::size_t>(got > 0 ? got : 0));
    if (got < 0) return last_error();  // also when a signal ends the wait: the caller looks at it
    if (got == 0) return success(std::move(bytes));
    if (bytes.size() > kInputBytesMax) return too_large(path);
  }
}

Outcome<InputText> inflate_zstd(const std::string& path, std::string_view bytes) {
  const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, kWindowLogMax);
  std::string out;
  const auto piece = std::make_unique<std::array<char, kPieceBytes>>();
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  std::size_t pending = 1;
  while (in.pos < in.size || pending != 0) {
    ZSTD_outBuffer to{piece->data(), piece->size(), 0};
    const auto before = in.pos;
    pending = ZSTD_decompressStream(context.get(), &to, &in);
    if (ZSTD_isError(pending) != 0 && !out.empty()) return InputText{std::move(out), true};
    if (ZSTD_isError(pending) != 0) return failure(path, fmt::format("zstd: {}", ZSTD_getErrorName(pending)));
    out.append(piece->data(), to.pos);
    if (out.size() > kInputBytesMax) return too_large(path);
    if (pending != 0 && in.pos == in.size && to.pos == 0 && before == in.pos)
      return InputText{std::move(out), true};
  }
  return InputText{std::move(out), false};
}

Outcome<InputText> inflate_gzip(const std::string& path, std::string_view bytes) {
  z_stream stream{};
  constexpr int kGzipOnly = 15 + 16;
  if (inflateInit2(&stream, kGzipOnly) != Z_OK) return failure(path, "gzip: out of memory");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> closer(&stream, inflateEnd);
  // zlib's interface is not const-correct; it only reads.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  const auto piece = std::make_unique<std::array<char, kPieceBytes>>();
  while (true) {
    stream.next_out = reinterpret_cast<Bytef*>(piece->data());
    stream.avail_out = static_cast<uInt>(piece->size());
    const int state = inflate(&stream, Z_NO_FLUSH);
    out.append(piece->data(), piece->size() - stream.avail_out);
    if (out.size() > kInputBytesMax) return too_large(path);
    if (state == Z_STREAM_END) {
      if (stream.avail_in == 0) return InputText{std::move(out), false};
      inflateReset(&stream);
    } else if (state == Z_BUF_ERROR || (state == Z_OK && stream.avail_in == 0 && stream.avail_out != 0)) {
      return InputText{std::move(out), true};
    } else if (state != Z_OK) {
      // What a crash left behind the last whole member, or damage: what came before is still of use.
      if (!out.empty()) return InputText{std::move(out), true};
      return failure(path, fmt::format("gzip: {}", stream.msg != nullptr ? stream.msg : "corrupt"));
    }
  }
}

}  // namespace

Outcome<InputText> read_input(const std::string& path) {
  auto bytes = read_bytes(path);
  if (!bytes) return bytes.error();
  const std::string_view begin(*bytes);
  auto input = begin.starts_with("\x28\xB5\x2F\xFD") ? inflate_zstd(path, begin)
               : begin.starts_with("\x1F\x8B")       ? inflate_gzip(path, begin)
                                               : Outcome<InputText>(InputText{std::move(*bytes), false});
  if (input) normalize_encoding(input->text);
  return input;
}

}  // namespace understudy::capture
