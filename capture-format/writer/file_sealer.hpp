// Encrypts one capture file while it is written: its data key, its chunks, its summary.
#pragma once

#include "capture-format/crypto/key_ring.hpp"
#include "capture-format/layout/chunk_header.hpp"
#include "capture-format/layout/file_header.hpp"
#include "capture-format/reader/chunk_bytes.hpp"
#include "core/base/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::capture {

/// Used by one thread, for one file. Sequence numbers are nonces: it seals each number once and refuses a
/// lower one.
class FileSealer {
 public:
  /// Makes a data key, has it wrapped for the file of `header.file_uuid` and puts the envelope into the
  /// header. May take as long as the key ring does. Null for a null ring.
  static Outcome<std::unique_ptr<FileSealer>> make(const KeyRing* ring, FileHeader& header);

  /// `header` has its identity and place; it gets the length and checksum of what is stored.
  struct SealedChunk {
    std::string header;       ///< the frame, extension included
    std::string_view stored;  ///< the ciphertext frame; valid until the next call
  };
  Result<SealedChunk> seal_chunk(ChunkHeader& header, std::string_view zstd_frame);

  /// The summary's frame instead of the plain one, for a file of so many chunks. Ends the file: nothing is
  /// sealed after it.
  Result<std::string> seal_summary(std::string_view plain_frame, std::uint64_t chunks,
                                   std::uint64_t summary_offset);

 private:
  FileSealer(SecretKey key, const Uuid& uuid, KeyEnvelope envelope)
      : key_(std::move(key)), uuid_(uuid), envelope_(std::move(envelope)) {}

  SecretKey key_;
  Uuid uuid_;
  KeyEnvelope envelope_;
  std::uint64_t next_sequence_ = 0;
  bool ended_ = false;
  ChunkBytes stored_;
};

}  // namespace understudy::capture
