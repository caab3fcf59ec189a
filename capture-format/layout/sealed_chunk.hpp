// What is encrypted of a chunk, under which nonce and bound to what: the rules that writer and reader share.
#pragma once

#include "capture-format/crypto/gcm.hpp"
#include "capture-format/layout/chunk_header.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace understudy::capture {

/// Each part of a file is a message of its own under the file's data key.
enum class SealedPart : std::uint32_t { index = 1, data = 2, summary = 3 };

/// Part, then `number`: the chunk's sequence number; of the summary, the number of chunks. Never twice in a
/// file.
GcmNonce seal_nonce(SealedPart part, std::uint64_t number) noexcept;

/// Bytes 14 to 316 of the header in the clear, without what is only known or changed after sealing (previous
/// offset, stored length and checksum). A full header gives the same.
std::string chunk_associated_data(const ChunkHeader& header);
std::string summary_associated_data(const Uuid& file_uuid, std::uint64_t chunks);

/// The header as it stands in the clear: framing and the two counts, all else zero.
ChunkHeader clear_part(const ChunkHeader& header);

/// Flags, then bytes 33 to 311 of the full header: what the index of an encrypted chunk holds.
std::string index_content(const ChunkHeader& header);
inline constexpr std::size_t kIndexContentBytes = 2 + 278;
/// Adds to a clear header what its index has held. False when the length is another.
bool complete_header(ChunkHeader& clear, std::string_view content);

/// A frame 0x184D2A52 around so many bytes of plaintext.
constexpr std::size_t sealed_frame_bytes(std::size_t plaintext_bytes) noexcept {
  return kSkippableHeadBytes + plaintext_bytes + kGcmTagBytes;
}

}  // namespace understudy::capture
