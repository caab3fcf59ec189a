#include "capture-format/convert/bare_chunked.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace understudy::capture {
namespace {

std::optional<std::string_view> take_line(std::string_view& bytes) {
  const auto end = bytes.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  auto line = bytes.substr(0, end);
  bytes.remove_prefix(end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::optional<std::uint64_t> chunk_size(std::string_view line) {
  line = line.substr(0, std::min(line.find(';'), line.find(' ')));
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), size, 16);
  if (line.empty() || error != std::errc() || end != line.data() + line.size()) return std::nullopt;
  return size;
}

}  // namespace

std::optional<BareChunkedBody> decode_bare_chunked(std::string_view bytes) {
  BareChunkedBody decoded;
  auto rest = bytes;
  while (true) {
    const auto line = take_line(rest);
    const auto size = line ? chunk_size(*line) : std::nullopt;
    if (!size || *size > rest.size()) return std::nullopt;
    if (*size == 0) break;
    decoded.body += rest.substr(0, *size);
    rest.remove_prefix(*size);
    if (const auto end = take_line(rest); !end || !end->empty()) return std::nullopt;
  }
  while (const auto trailer = take_line(rest))
    if (trailer->empty()) break;
  decoded.consumed = bytes.size() - rest.size();
  return decoded;
}

}  // namespace understudy::capture
