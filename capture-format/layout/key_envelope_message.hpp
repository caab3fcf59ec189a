// The wrapped data key as the protobuf message that stands in file headers and in the first chunk's header.
#pragma once

#include "capture-format/crypto/key_envelope.hpp"
#include "capture-format/layout/stored_pieces.hpp"
#include "core/base/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace understudy::capture {

namespace v1 {
class Encryption;
}

/// Fills a message, padded so that the byte fields together are a multiple of 512.
void put_envelope(const KeyEnvelope& envelope, v1::Encryption& message);
/// The same in the room that the message has. Fails when it is too large.
Outcome<> replace_envelope(const KeyEnvelope& envelope, v1::Encryption& message);
/// Empty when the cipher or a length is none that we know: the file stays locked.
KeyEnvelope envelope_of(const v1::Encryption& message);

/// The extension of a chunk's header (proto ChunkExtension); without content it has no bytes.
struct ChunkExtension {
  std::string sealed_index;
  std::optional<KeyEnvelope> envelope;
  StoredPieces pieces;
};
std::string encode(const ChunkExtension& extension);
/// Nothing when it is malformed.
std::optional<ChunkExtension> decode_chunk_extension(std::string_view bytes);
/// The same extension with another envelope in the room of its own; unchanged when it has none.
Outcome<std::string> with_envelope_in_extension(std::string_view bytes, const KeyEnvelope& envelope);

}  // namespace understudy::capture
