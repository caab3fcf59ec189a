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

}  // namespace

void ChunkIndex::load(std::uint64_t file_start, const FileHeader& header, const Wanted& wanted) {
  unload();
  if (!header.locked.empty()) return;
  const auto* const file = files_->around(file_start);
  const bool begins_here = file != nullptr && file->has_its_length && file->start == file_start;
  if (!begins_here || file->summary_bytes > kIndexBytesMax) return;
  const auto summary_at = file->end - file->summary_bytes;
  const auto frame = source_->read_at(summary_at, static_cast<std::size_t>(file->summary_bytes));
  const auto summary =
      header.opener != nullptr ? header.opener->open_summary(frame) : decode_summary(frame, header.uuid);
  if (!summary || !is_plausible(*summary, summary_at - file_start)) return;
  for (const auto& [offset, chunk] : summary->index)
    if (wanted(chunk)) places_.push_back({file_start + offset, chunk.sequence});
  places_.push_back({summary_at, summary->index.size()});
}

std::optional<ChunkIndex::Place> ChunkIndex::next_from(std::uint64_t offset) const {
  const auto place =
      std::lower_bound(places_.begin(), places_.end(), offset,
                       [](const Place& each, std::uint64_t wanted) { return each.offset < wanted; });
  return place == places_.end() ? std::nullopt : std::optional(*place);
}

}  // namespace understudy::capture
