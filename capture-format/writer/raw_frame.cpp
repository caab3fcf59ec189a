#include "capture-format/writer/raw_frame.hpp"

#include "capture-format/layout/wire.hpp"
#include "capture-format/layout/zstd_frame.hpp"
#include "core/base/content_hash.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace understudy::capture {
namespace {

constexpr std::size_t kHeadBytes = 4 + 1 + 4;  // magic, descriptor, content size
constexpr std::size_t kChecksumBytes = 4;
constexpr std::size_t kBlockHeadBytes = 3;
constexpr std::size_t kBlockBytesMax = std::size_t{128} << 10;  // RFC 8878 3.1.1.2
// Content size in 4 bytes, single segment, content checksum.
constexpr char kDescriptor = static_cast<char>(2 << 6 | 1 << 5 | 1 << 2);

constexpr std::size_t blocks_of(std::size_t content_bytes) noexcept {
  return content_bytes / kBlockBytesMax + 1;
}

}  // namespace

std::size_t raw_frame_bound(std::size_t content_bytes) noexcept {
  return kHeadBytes + content_bytes + blocks_of(content_bytes) * kBlockHeadBytes + kChecksumBytes;
}

std::size_t write_raw_frame(std::string_view content, char* out) noexcept {
  char* at = out;
  wire::store(at, kZstdMagic);
  at[4] = kDescriptor;
  wire::store(at + 5, static_cast<std::uint32_t>(content.size()));
  at += kHeadBytes;
  auto rest = content;
  bool last = false;
  while (!last) {
    const auto block = rest.substr(0, kBlockBytesMax);
    rest.remove_prefix(block.size());
    last = rest.empty();
    const auto head = static_cast<std::uint32_t>(block.size() << 3 | (last ? 1 : 0));  // type 0: raw
    at[0] = static_cast<char>(head & 0xff);
    at[1] = static_cast<char>(head >> 8 & 0xff);
    at[2] = static_cast<char>(head >> 16 & 0xff);
    if (!block.empty()) std::memcpy(at + kBlockHeadBytes, block.data(), block.size());
    at += kBlockHeadBytes + block.size();
  }
  wire::store(at, static_cast<std::uint32_t>(content_hash(content)));
  return static_cast<std::size_t>(at + kChecksumBytes - out);
}

}  // namespace understudy::capture
