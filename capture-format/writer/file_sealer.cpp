#include "capture-format/writer/file_sealer.hpp"

#include "capture-format/layout/key_envelope_message.hpp"
#include "capture-format/layout/sealed_chunk.hpp"
#include "capture-format/layout/summary.hpp"
#include "capture-format/layout/wire.hpp"
#include "core/base/crc32c.hpp"

#include <cerrno>

namespace understudy::capture {
namespace {

boost::system::error_code refused() { return {EPROTO, boost::system::system_category()}; }

}  // namespace

Outcome<std::unique_ptr<FileSealer>> FileSealer::make(const KeyRing* ring, FileHeader& header) {
  if (ring == nullptr) return std::unique_ptr<FileSealer>();
  auto key = SecretKey::random();
  if (!key) return Failure{"the system has no random numbers for a key"};
  auto envelope = ring->wrap(*key, {header.uuid.data(), header.uuid.size()});
  if (!envelope) return envelope.error();
  if (envelope->key_id.size() > kKeyIdBytesMax || envelope->wrapped_key.size() > kWrappedKeyBytesMax)
    return Failure{"the wrapped key is too large for a file header"};
  header.envelope = *envelope;
  return std::unique_ptr<FileSealer>(new FileSealer(*std::move(key), header.uuid, *std::move(envelope)));
}

Result<FileSealer::SealedChunk> FileSealer::seal_chunk(ChunkHeader& header, std::string_view zstd_frame) {
  if (ended_ || header.sequence < next_sequence_) return refused();
  next_sequence_ = header.sequence + 1;
  const auto associated = chunk_associated_data(header);
  const auto size = sealed_frame_bytes(zstd_frame.size());
  char* const at = stored_.resize(size);
  wire::store(at, kCiphertextMagic);
  wire::store(at + 4, static_cast<std::uint32_t>(size - kSkippableHeadBytes));
  if (!gcm_seal(key_, seal_nonce(SealedPart::data, header.sequence), associated, zstd_frame,
                at + kSkippableHeadBytes))
    return refused();
  const auto stored = stored_.view();

  ChunkExtension extension;
  const auto index = index_content(header);
  extension.sealed_index.resize(index.size() + kGcmTagBytes);
  if (!gcm_seal(key_, seal_nonce(SealedPart::index, header.sequence), associated, index,
                extension.sealed_index.data()))
    return refused();
  // A damaged file header must not cost the whole file.
  if (header.sequence == 0) extension.envelope = envelope_;
  const auto bytes = encode(extension);

  header.flags |= kEncrypted;
  header.header_bytes = static_cast<std::uint16_t>(kChunkHeaderBytes + bytes.size());
  header.stored_bytes = static_cast<std::uint32_t>(size);
  header.stored_crc32c = crc32c(stored);
  auto clear = clear_part(header);
  if (stored.find(kFileMagic) != std::string_view::npos) clear.flags |= kHoldsFileMagic;
  return SealedChunk{encode(clear, bytes), stored};
}

Result<std::string> FileSealer::seal_summary(std::string_view plain_frame, std::uint64_t chunks,
                                             std::uint64_t summary_offset) {
  if (ended_ || chunks > next_sequence_) return refused();
  ended_ = true;
  const auto content = summary_content(plain_frame);
  std::string sealed(content.size() + kGcmTagBytes, '\0');
  if (!gcm_seal(key_, seal_nonce(SealedPart::summary, chunks), summary_associated_data(uuid_, chunks),
                content, sealed.data()))
    return refused();
  return encode_sealed_summary(sealed, static_cast<std::uint32_t>(chunks), uuid_, summary_offset);
}

}  // namespace understudy::capture
