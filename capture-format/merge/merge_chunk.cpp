#include "capture-format/merge/merge_chunk.hpp"

#include "capture-format/layout/key_envelope_message.hpp"
#include "capture-format/layout/wire.hpp"
#include "capture-format/reader/exchange_decoder.hpp"
#include "capture-format/reader/file_opener.hpp"
#include "capture-format/reader/frame_probe.hpp"
#include "core/base/crc32c.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace understudy::capture {

void MergeChunk::read(const PlannedChunk& planned, std::shared_ptr<const FileHeader> file,
                      ByteSource& source) {
  planned_ = planned;
  const FrameProbe probe(source);
  auto header = probe.chunk_header(planned.offset);
  is_read_ = header && header->file_uuid == file->uuid && header->stored_bytes == planned.stored_bytes;
  if (is_read_ && file->opener != nullptr) {
    const auto extension = decode_chunk_extension(probe.chunk_extension(planned.offset, *header));
    is_read_ = extension && file->opener->open_index(*header, extension->sealed_index);
  }
  // Known of an encrypted chunk only now.
  is_read_ = is_read_ && header->raw_bytes == planned.raw_bytes;
  step_.event = ScanEvent::chunk;
  step_.file = std::move(file);
  step_.chunk_offset = planned.offset;
  if (!is_read_) return;
  step_.chunk = *header;
  const auto got = source.read_at(planned.offset + header->header_bytes,
                                  step_.stored.resize(header->stored_bytes), header->stored_bytes);
  is_read_ = got == header->stored_bytes;
}

void MergeChunk::decode() {
  entries_.clear();
  next_ = 0;
  gap_ = {};
  step_.raw = {};
  if (!is_read_) {
    step_.failure = "is no longer what it was";
    return;
  }
  if (crc32c(step_.stored.view()) != step_.chunk.stored_crc32c) {
    step_.failure = "checksum differs";
    return;
  }
  step_.decode();
  step_.release_stored();  // only a few are decoded at a time, but many may be held
  if (!step_.failure) index_records();
  if (step_.failure) entries_.clear();
}

void MergeChunk::index_records() {
  const auto* const begin = step_.raw.data();
  std::uint64_t order = 0;
  wire::Reader records(step_.raw);
  while (records.next()) {
    if (!records.is(1, wire::Type::bytes)) continue;
    const auto record = records.bytes();
    const auto kind = decode_record(record, exchange_, gap_);
    if (kind == RecordKind::malformed) {
      step_.failure = "a record is malformed";
      return;
    }
    if (kind != RecordKind::exchange) continue;
    // No more is kept than was planned for.
    if (++order > planned_.exchanges) break;
    entries_.push_back({exchange_.start_ns, static_cast<std::uint32_t>(record.data() - begin),
                        static_cast<std::uint32_t>(record.size())});
  }
  if (records.failed())
    step_.failure = "a record is malformed";
  else if (order != planned_.exchanges)
    step_.failure = "holds another number of exchanges than its header says";
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.start_ns, a.offset) < std::tie(b.start_ns, b.offset);
  });
}

std::string_view MergeChunk::take_next() noexcept {
  const auto& entry = entries_[next_++];
  return step_.raw.substr(entry.offset, entry.size);
}

}  // namespace understudy::capture
