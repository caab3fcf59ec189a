#include "capture-format/layout/sealed_chunk.hpp"

#include "capture-format/layout/wire.hpp"

#include <algorithm>

namespace understudy::capture {
namespace {

using At = ChunkHeaderOffset;
constexpr std::size_t kFlagBytes = 2;
static_assert(kIndexContentBytes == kFlagBytes + At::kReserved - At::kSequence);

}  // namespace

GcmNonce seal_nonce(SealedPart part, std::uint64_t number) noexcept {
  GcmNonce nonce;
  auto* at = reinterpret_cast<char*>(nonce.data());
  wire::store(at, static_cast<std::uint32_t>(part));
  wire::store(at + sizeof(std::uint32_t), number);
  return nonce;
}

ChunkHeader clear_part(const ChunkHeader& header) {
  ChunkHeader clear;
  clear.header_bytes = header.header_bytes;
  clear.kind = header.kind;
  clear.flags = kEncrypted;
  clear.file_uuid = header.file_uuid;
  clear.sequence = header.sequence;
  clear.previous_offset = header.previous_offset;
  clear.records = header.records;
  clear.exchanges = header.exchanges;
  clear.stored_bytes = header.stored_bytes;
  clear.stored_crc32c = header.stored_crc32c;
  return clear;
}

std::string chunk_associated_data(const ChunkHeader& header) {
  auto bound = clear_part(header);
  bound.previous_offset = 0;
  bound.stored_bytes = 0;
  bound.stored_crc32c = 0;
  const auto bytes = encode(bound);
  return {bytes.data() + At::kKind, At::kExtensions - At::kKind};
}

std::string summary_associated_data(const Uuid& file_uuid, std::uint64_t chunks) {
  std::string data(file_uuid.begin(), file_uuid.end());
  data.resize(file_uuid.size() + sizeof chunks);
  wire::store(data.data() + file_uuid.size(), chunks);
  return data;
}

std::string index_content(const ChunkHeader& header) {
  const auto bytes = encode(header);
  std::string content(bytes.data() + At::kFlags, kFlagBytes);
  return content.append(bytes.data() + At::kSequence, At::kReserved - At::kSequence);
}

bool complete_header(ChunkHeader& clear, std::string_view content) {
  if (content.size() != kIndexContentBytes) return false;
  const auto outer = clear;
  clear.flags = static_cast<std::uint16_t>(wire::load<std::uint16_t>(content.data()) | kEncrypted);
  decode_index_fields(content.substr(kFlagBytes), clear);
  // These are known, or changed, only after the index has been sealed; the counts stand in both.
  clear.sequence = outer.sequence;
  clear.previous_offset = outer.previous_offset;
  clear.records = outer.records;
  clear.exchanges = outer.exchanges;
  clear.stored_bytes = outer.stored_bytes;
  clear.stored_crc32c = outer.stored_crc32c;
  return true;
}

}  // namespace understudy::capture
