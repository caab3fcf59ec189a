#include "capture-format/layout/key_envelope_message.hpp"

#include "capture.pb.h"

#include <cstddef>

namespace understudy::capture {
namespace {

/// Room for the wrapped keys of key files and of most key services, so that one can follow the other.
constexpr std::size_t kEnvelopeStep = 512;

std::size_t content_bytes(const KeyEnvelope& envelope) {
  return envelope.key_id.size() + envelope.wrapped_key.size();
}

void put(const KeyEnvelope& envelope, std::size_t room, v1::Encryption& message) {
  message.set_cipher(v1::CIPHER_AES_256_GCM);
  message.set_key_id(envelope.key_id);
  message.set_wrapped_key(envelope.wrapped_key);
  message.set_padding(std::string(room - content_bytes(envelope), '\0'));
}

}  // namespace

void put_envelope(const KeyEnvelope& envelope, v1::Encryption& message) {
  put(envelope, (content_bytes(envelope) / kEnvelopeStep + 1) * kEnvelopeStep, message);
}

Outcome<> replace_envelope(const KeyEnvelope& envelope, v1::Encryption& message) {
  const auto before = message.ByteSizeLong();
  const auto room = message.key_id().size() + message.wrapped_key().size() + message.padding().size();
  // Lengths below 128 take one byte, above two: the padding makes up for it.
  for (std::size_t less = 0; less <= 4 && content_bytes(envelope) + less < room; ++less) {
    for (const auto padded : {room - less, room + less}) {
      put(envelope, padded, message);
      if (message.ByteSizeLong() == before) return {};
    }
  }
  return Failure{
      "its header has too little room for the new wrapped key; merge writes it anew with the new key"};
}

KeyEnvelope envelope_of(const v1::Encryption& message) {
  const bool known = message.cipher() == v1::CIPHER_AES_256_GCM &&
                     message.key_id().size() <= kKeyIdBytesMax &&
                     message.wrapped_key().size() <= kWrappedKeyBytesMax;
  return known ? KeyEnvelope{message.key_id(), message.wrapped_key()} : KeyEnvelope{};
}

std::string encode(const ChunkExtension& extension) {
  v1::ChunkExtension message;
  message.set_sealed_index(extension.sealed_index);
  if (extension.envelope) put_envelope(*extension.envelope, *message.mutable_encryption());
  message.set_piece_bytes(extension.pieces.bytes);
  message.mutable_piece_crc32c()->Add(extension.pieces.crc32c.begin(), extension.pieces.crc32c.end());
  return message.SerializeAsString();
}

std::optional<ChunkExtension> decode_chunk_extension(std::string_view bytes) {
  v1::ChunkExtension message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return std::nullopt;
  ChunkExtension extension;
  extension.sealed_index = message.sealed_index();
  if (message.has_encryption()) extension.envelope = envelope_of(message.encryption());
  extension.pieces.bytes = message.piece_bytes();
  extension.pieces.crc32c.assign(message.piece_crc32c().begin(), message.piece_crc32c().end());
  return extension;
}

Outcome<std::string> with_envelope_in_extension(std::string_view bytes, const KeyEnvelope& envelope) {
  v1::ChunkExtension message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return Failure{"its first chunk's header is damaged: recover it first"};
  if (message.has_encryption())
    if (auto replaced = replace_envelope(envelope, *message.mutable_encryption()); !replaced)
      return replaced.error();
  return {boost::system::in_place_value, message.SerializeAsString()};
}

}  // namespace understudy::capture
