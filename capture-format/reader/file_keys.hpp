// Finds the key of each file of a stream: from its header, from its first chunk, or from when it was met
// before.
#pragma once

#include "capture-format/crypto/key_ring.hpp"
#include "capture-format/layout/file_header.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <utility>

namespace understudy::capture {

/// Belongs to one scanner.
class FileKeys {
 public:
  void use(KeyRingPtr ring) { ring_ = std::move(ring); }

  /// Sets `opener` or `locked` of a file that begins here, with an intact header. A plain file gets neither.
  void enter(FileHeader& header);
  /// The same where the header is lost: `copy` is the envelope that the first intact chunk has, if it has
  /// one; `encrypted` is whether that chunk is.
  void enter_unknown(FileHeader& header, const std::optional<KeyEnvelope>& copy, bool encrypted);

 private:
  void unlock(FileHeader& header);

  KeyRingPtr ring_;
  /// Files of the stream, the latest first: a foreign chunk between two of theirs does not lock them.
  std::deque<std::pair<Uuid, std::shared_ptr<const FileOpener>>> known_;
};

}  // namespace understudy::capture
