#include "capture-format/layout/zstd_frame.hpp"

#include "capture-format/layout/wire.hpp"

#include <array>

namespace understudy::capture {
namespace {

std::uint64_t little_endian(std::string_view bytes) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i)
    value = value << 8 | static_cast<unsigned char>(bytes[i - 1]);
  return value;
}

}  // namespace

std::optional<ZstdFrameHead> parse_zstd_frame_head(std::string_view bytes) noexcept {
  if (bytes.size() < 6 || wire::load<std::uint32_t>(bytes.data()) != kZstdMagic) return std::nullopt;
  const auto descriptor = static_cast<unsigned char>(bytes[4]);
  const bool single_segment = (descriptor & 0x20) != 0;
  if ((descriptor & 0x08) != 0) return std::nullopt;  // reserved bit
  static constexpr std::array<std::size_t, 4> kDictionaryBytes{0, 1, 2, 4};
  static constexpr std::array<std::size_t, 4> kContentSizeBytes{0, 2, 4, 8};
  const auto dictionary_bytes = kDictionaryBytes[descriptor & 3];
  const auto size_flag = static_cast<std::size_t>(descriptor >> 6);
  const auto size_bytes = size_flag == 0 && single_segment ? std::size_t{1} : kContentSizeBytes[size_flag];
  if (size_bytes == 0) return std::nullopt;

  ZstdFrameHead head;
  head.has_checksum = (descriptor & 0x04) != 0;
  std::size_t at = 5;
  if (!single_segment) {
    const auto window = static_cast<unsigned char>(bytes[at++]);
    const auto base = std::uint64_t{1} << (10 + (window >> 3));
    head.window_bytes = base + base / 8 * (window & 7);
  }
  if (bytes.size() < at + dictionary_bytes + size_bytes) return std::nullopt;
  head.has_dictionary = little_endian(bytes.substr(at, dictionary_bytes)) != 0;
  at += dictionary_bytes;
  head.content_bytes = little_endian(bytes.substr(at, size_bytes)) + (size_bytes == 2 ? 256 : 0);
  if (single_segment) head.window_bytes = head.content_bytes;
  head.head_bytes = at + size_bytes;
  return head;
}

}  // namespace understudy::capture
