// The zstd frames that a capture is made of (RFC 8878 §3.1): magics, skippable frames, the head of a data
// frame.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace understudy::capture {

inline constexpr std::uint32_t kZstdMagic = 0xFD2FB528;
inline constexpr std::uint32_t kFileHeaderMagic = 0x184D2A50;
inline constexpr std::uint32_t kChunkHeaderMagic = 0x184D2A51;
inline constexpr std::uint32_t kCiphertextMagic = 0x184D2A52;
inline constexpr std::uint32_t kSummaryMagic = 0x184D2A5F;

/// Magic and length of a skippable frame.
inline constexpr std::size_t kSkippableHeadBytes = 8;

constexpr bool is_skippable(std::uint32_t magic) noexcept { return (magic & 0xFFFFFFF0u) == 0x184D2A50u; }

/// What the head of a data frame says. No content size: not one of ours.
struct ZstdFrameHead {
  std::size_t head_bytes = 0;
  std::uint64_t content_bytes = 0;
  std::uint64_t window_bytes = 0;
  bool has_checksum = false;
  bool has_dictionary = false;
};

/// At most this many bytes are needed to read a head.
inline constexpr std::size_t kZstdFrameHeadMax = 18;

std::optional<ZstdFrameHead> parse_zstd_frame_head(std::string_view bytes) noexcept;

}  // namespace understudy::capture
