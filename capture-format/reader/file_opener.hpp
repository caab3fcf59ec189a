// Decrypts the chunks and the summary of one encrypted capture file, and believes nothing that is not
// authentic.
#pragma once

#include "capture-format/crypto/key_ring.hpp"
#include "capture-format/layout/chunk_header.hpp"
#include "capture-format/layout/summary.hpp"
#include "core/base/result.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace understudy::capture {

/// Immutable: any number of threads may use it.
class FileOpener {
 public:
  /// Unwraps the file's data key. Fails with why it cannot, without naming the file.
  static Outcome<std::shared_ptr<const FileOpener>> make(const KeyRing& ring, const KeyEnvelope& envelope,
                                                         const Uuid& file_uuid);

  /// Adds to a chunk header in the clear what its extension holds. False: not what this file's writer has
  /// put at this place.
  bool open_index(ChunkHeader& header, std::string_view sealed_index) const;

  /// Puts the zstd frame that `stored` (a ciphertext frame) holds into `out`, which has room for all of
  /// `stored`. Fails as above. Returns the frame.
  std::optional<std::string_view> open_data(const ChunkHeader& header, std::string_view stored,
                                            char* out) const;

  /// The summary of a whole frame, when it is the one that the writer has ended this file with.
  std::optional<Summary> open_summary(std::string_view frame) const;

  /// For another wrapping of the same key.
  const SecretKey& data_key() const noexcept { return key_; }

 private:
  FileOpener(SecretKey key, const Uuid& uuid) : key_(std::move(key)), uuid_(uuid) {}

  SecretKey key_;
  Uuid uuid_;
};

}  // namespace understudy::capture
