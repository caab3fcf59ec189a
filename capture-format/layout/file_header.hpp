// The first frame of every capture file: magic, version, identity and provenance.
#pragma once

#include "capture-format/crypto/key_envelope.hpp"
#include "capture-format/layout/limits.hpp"
#include "capture-format/layout/uuid.hpp"
#include "core/base/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace understudy::capture {

class FileOpener;

inline constexpr std::string_view kFileMagic = "UCAPv1\r\n";
/// Everything before the protobuf FileHeader: skippable-frame head, magic, version, uuid, length.
inline constexpr std::size_t kFileHeaderFixedBytes = 8 + 8 + 2 + 16 + 4;

/// Where the uuid stands in the frame.
inline constexpr std::size_t kFileUuidAt = 18;

struct FileHeader {
  std::uint8_t major = kMajorVersion;
  std::uint8_t minor = kMinorVersion;
  Uuid uuid{};
  std::string host;
  std::string service;
  std::string build;
  std::uint64_t created_ns = 0;
  std::uint32_t scrub_policy = 0;
  bool contains_unscrubbed = false;
  std::string source;
  std::optional<KeyEnvelope> envelope;  ///< present: the file is encrypted

  // Set by a reader, never written.
  std::shared_ptr<const FileOpener> opener;  ///< opens chunks and summary; null: plain, or locked
  std::string locked;                        ///< why an encrypted file cannot be opened; else empty
};

/// The whole frame, with the FileDescriptorSet of capture.proto embedded.
std::string encode(const FileHeader& header);

enum class FileHeaderError : std::uint8_t {
  none,
  damaged,        ///< not a file header, or its checksum or content is wrong
  other_version,  ///< intact, but of a major version that we do not read
};

/// Decodes the frame at the start of `bytes`, which may be longer. `frame_bytes` is its length when it is
/// intact.
FileHeaderError decode_file_header(std::string_view bytes, FileHeader& header, std::size_t& frame_bytes);

/// The frame's length as its first 8 bytes say, or nothing when it is no file header or over the cap.
std::optional<std::size_t> file_header_length(std::string_view head) noexcept;

/// A file header's frame with another envelope and nothing else changed, as long as before. Fails when the
/// frame is none, is not encrypted, or has too little room.
Outcome<std::string> with_envelope(std::string_view frame, const KeyEnvelope& envelope);

/// The name of this machine.
std::string host_name();

}  // namespace understudy::capture
