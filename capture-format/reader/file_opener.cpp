#include "capture-format/reader/file_opener.hpp"

#include "capture-format/layout/sealed_chunk.hpp"
#include "capture-format/layout/wire.hpp"

#include <array>

namespace understudy::capture {

Outcome<std::shared_ptr<const FileOpener>> FileOpener::make(const KeyRing& ring, const KeyEnvelope& envelope,
                                                            const Uuid& file_uuid) {
  auto key = ring.unwrap(envelope, {file_uuid.data(), file_uuid.size()});
  if (!key) return key.error();
  return std::shared_ptr<const FileOpener>(new FileOpener(*std::move(key), file_uuid));
}

bool FileOpener::open_index(ChunkHeader& header, std::string_view sealed_index) const {
  std::array<char, kIndexContentBytes> content;
  if (header.file_uuid != uuid_ || sealed_index.size() != content.size() + kGcmTagBytes) return false;
  return gcm_open(key_, seal_nonce(SealedPart::index, header.sequence), chunk_associated_data(header),
                  sealed_index, content.data()) &&
         complete_header(header, {content.data(), content.size()});
}

std::optional<std::string_view> FileOpener::open_data(const ChunkHeader& header, std::string_view stored,
                                                      char* out) const {
  if (header.file_uuid != uuid_ || stored.size() < sealed_frame_bytes(0) ||
      wire::load<std::uint32_t>(stored.data()) != kCiphertextMagic ||
      wire::load<std::uint32_t>(stored.data() + 4) != stored.size() - kSkippableHeadBytes)
    return std::nullopt;
  const auto sealed = stored.substr(kSkippableHeadBytes);
  if (!gcm_open(key_, seal_nonce(SealedPart::data, header.sequence), chunk_associated_data(header), sealed,
                out))
    return std::nullopt;
  return std::string_view(out, sealed.size() - kGcmTagBytes);
}

std::optional<Summary> FileOpener::open_summary(std::string_view frame) const {
  const auto parts = decode_sealed_summary(frame, uuid_);
  if (!parts || parts->sealed.size() < kGcmTagBytes) return std::nullopt;
  std::string content(parts->sealed.size() - kGcmTagBytes, '\0');
  if (!gcm_open(key_, seal_nonce(SealedPart::summary, parts->chunks),
                summary_associated_data(uuid_, parts->chunks), parts->sealed, content.data()))
    return std::nullopt;
  return decode_summary_content(content, parts->chunks);
}

}  // namespace understudy::capture
