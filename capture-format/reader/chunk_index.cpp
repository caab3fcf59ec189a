#include "capture-format/reader/chunk_index.hpp"

#include "capture-format/layout/summary.hpp"
#include "capture-format/reader/file_opener.hpp"

#include <algorithm>
#include <string>

namespace understudy::capture {
namespace {

/// The index is believed when it could be that of the whole file: all numbers, in their order, nothing
/// overlapping.
bool is_plausible(const Summary& summary, std::uint64_t file_bytes_before_summary) {
  std::uint64_t end = 0;
  std::uint64_t sequence = 0;
  for (const auto& [offset, header] : summary.index) {
    if (header.sequence != sequence++ || offset < end || offset >= file_bytes_before_summary) return false;
    end = offset + header.header_bytes + header.stored_bytes;
  }
  return end <= file_bytes_before_summary;
}

/// True when it depends on the Bloom filter whether a chunk is wanted.
bool depends_on_bloom(const ChunkHeader& chunk, const ChunkIndex::Wanted& wanted) {
  auto full = chunk;
  full.flags |= kBloomSaturated;
  auto empty = chunk;
  empty.flags = static_cast<std::uint16_t>(chunk.flags & ~kBloomSaturated);
  empty.bloom.clear();
  return wanted(full) != wanted(empty);
}

}  // namespace

void ChunkIndex::load(std::uint64_t file_start, const FileHeader& header, const Wanted& wanted) {
  unload();
  if (!header.locked.empty()) return;
  const auto* const file = files_->around(file_start);
  const bool begins_here =
      file != nullptr && file->has_its_length && file->start == file_start && file->is(header.uuid);
  if (!begins_here || file->summary_bytes > kIndexBytesMax) return;
  const auto summary_at = file->end - file->summary_bytes;
  const auto summary = read_summary(*file, header, wanted);
  if (!summary || summary->index.empty() || !is_plausible(*summary, summary_at - file_start)) return;
  for (const auto& [offset, chunk] : summary->index)
    if (wanted(chunk)) places_.push_back({file_start + offset, chunk.sequence});
  places_.push_back({summary_at, summary->index.size()});
  if (header.opener != nullptr) authentic_summary_at_ = summary_at;
}

/// Of a packed index in the clear no more than `wanted` needs. An encrypted one is a single message.
std::optional<Summary> ChunkIndex::read_summary(const SealedFile& file, const FileHeader& header,
                                                const Wanted& wanted) {
  const auto summary_at = file.end - file.summary_bytes;
  const auto read = [this](std::uint64_t offset, std::uint64_t bytes) {
    return source_->read_at(offset, static_cast<std::size_t>(bytes));
  };
  if (header.opener != nullptr) return header.opener->open_summary(read(summary_at, file.summary_bytes));
  const auto packed = packed_summary(read(summary_at, kPackedHeadBytes), file.summary_bytes);
  if (!packed) return decode_summary(read(summary_at, file.summary_bytes), header.uuid);
  // No file has more chunks than there is room for their headers.
  if (packed->chunks > (summary_at - file.start) / kChunkHeaderBytes) return std::nullopt;
  const auto places_at = summary_at + kPackedHeadBytes;
  auto index = decode_places(read(places_at, packed->places_bytes), packed->chunks);
  if (!index) return std::nullopt;
  Summary summary;
  summary.index = *std::move(index);
  const bool needs_blooms =
      std::any_of(summary.index.begin(), summary.index.end(),
                  [&wanted](const IndexEntry& entry) { return depends_on_bloom(entry.header, wanted); });
  if (needs_blooms && !decode_blooms(read(places_at + packed->places_bytes, packed->blooms_bytes), summary))
    return std::nullopt;
  return summary;
}

std::optional<ChunkIndex::Place> ChunkIndex::next_from(std::uint64_t offset) const {
  const auto place =
      std::lower_bound(places_.begin(), places_.end(), offset,
                       [](const Place& each, std::uint64_t wanted) { return each.offset < wanted; });
  return place == places_.end() ? std::nullopt : std::optional(*place);
}

}  // namespace understudy::capture
