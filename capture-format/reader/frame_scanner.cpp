#include "capture-format/reader/frame_scanner.hpp"

#include "capture-format/layout/key_envelope_message.hpp"
#include "capture-format/layout/limits.hpp"
#include "capture-format/layout/wire.hpp"
#include "capture-format/reader/file_opener.hpp"
#include "capture-format/reader/resync.hpp"
#include "core/base/crc32c.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace understudy::capture {

FrameScanner::FrameScanner(std::unique_ptr<ByteSource> source, Content content)
    : source_(std::move(source)), probe_(*source_), path_(*source_), content_(content) {
  if (content == Content::headers_only) source_->expect_skips();
}

Outcome<> FrameScanner::begin(std::string_view name) {
  const auto probed = probe_.file_header(0);
  if (probed.error == FileHeaderError::none) {
    first_ = probed;
    return {};
  }
  if (probed.error == FileHeaderError::other_version)
    return Failure{fmt::format("{}: this is capture format version {}; this program reads version {}", name,
                               static_cast<unsigned>(probed.header.major),
                               static_cast<unsigned>(kMajorVersion))};
  if (!source_->reaches(1)) return Failure{fmt::format("{}: the file is empty", name)};
  const auto head = source_->read_at(0, kSkippableHeadBytes + kFileMagic.size());
  const bool begins_as_capture =
      head.size() > kSkippableHeadBytes && head.substr(kSkippableHeadBytes) == kFileMagic;
  if (!begins_as_capture && !find_first_chunk(*source_, path_.sealed_files(), 0))
    return Failure{fmt::format("{}: not a capture file", name)};
  return {};
}

bool FrameScanner::refresh() {
  source_->refresh();
  const auto head = source_->read_at(position(), kSkippableHeadBytes);
  if (head.size() < kSkippableHeadBytes) return false;
  const auto magic = wire::load<std::uint32_t>(head.data());
  if (magic != kChunkHeaderMagic)
    return position() + kSkippableHeadBytes + wire::load<std::uint32_t>(head.data() + 4) <= source_->size();
  const auto header = probe_.chunk_header(position());
  // A header comes with one write: when so much of it is there and it is not intact, it never will be.
  if (!header) return position() + kChunkHeaderBytesMax <= source_->size();
  return position() + header->header_bytes + header->stored_bytes <= source_->size();
}

void FrameScanner::select(Wanted wanted, ReadBeginning read_beginning) {
  wanted_ = std::move(wanted);
  read_beginning_ = std::move(read_beginning);
  source_->expect_skips();
  if (source_->is_seekable()) index_.emplace(*source_, path_.sealed_files());
  load_index();
}

ScanEvent FrameScanner::next() {
  ScanEvent event = ScanEvent::end;
  while (true) {
    jump_to_wanted();
    source_->release_before(passed_over_.end == position() ? passed_over_.data_at : position());
    if (!source_->reaches(position() + 1) || path_.is_exhausted()) break;
    const auto head = source_->read_at(position(), kSkippableHeadBytes);
    if (head.size() < kSkippableHeadBytes) {
      path_.note(fmt::format("{} bytes at offset {} are the torn begin of a frame", head.size(), position()));
      path_.leave_unresolved();
      path_.skip_all();
      break;
    }
    const auto magic = wire::load<std::uint32_t>(head.data());
    const auto end = position() + kSkippableHeadBytes + wire::load<std::uint32_t>(head.data() + 4);
    if (probe_.resembles_file_header(position())) {
      if (step_file_header(event)) return event;
    } else if (magic == kChunkHeaderMagic) {
      if (step_chunk(event)) return event;
    } else if (magic == kSummaryMagic) {
      if (step_summary(event)) return event;
    } else if (is_skippable(magic) && in_file_ && !probe_.resembles_chunk_or_summary(position()) &&
               probe_.is_frame_edge(end)) {
      path_.pass_to(end);  // of a later minor version
    } else if (!in_file_) {
      if (step_damaged_file_header(event)) return event;
    } else {
      damaged_header_at_position();
    }
  }
  leave_file();
  in_file_ = false;
  return ScanEvent::end;
}

void FrameScanner::note_lost_chunk(const std::string& what) {
  path_.note_lost(fmt::format("chunk {} at offset {}: {}", chunk_.sequence, chunk_offset_, what));
}

bool FrameScanner::step_file_header(ScanEvent& event) {
  const auto probed = first_ && position() == 0 ? *std::exchange(first_, {}) : probe_.file_header(position());
  if (probed.error == FileHeaderError::damaged) return step_damaged_file_header(event);
  if (probed.error == FileHeaderError::other_version) {
    path_.note(fmt::format("file at offset {}: a version of the format that this program does not read",
                           position()));
    path_.leave_unresolved();
    go_on({position() + kSkippableHeadBytes});
    return false;
  }
  if (in_file_ && !file_.sealed && path_.came_by_damage() && probed.header.uuid == file_.header->uuid) {
    path_.skip_to(position() + probed.frame_bytes);  // a copy of it within its own file
    return false;
  }
  auto header = probed.header;
  keys_.enter(header);
  enter({std::make_shared<const FileHeader>(std::move(header)), position()},
        path_.came_by_damage() ? Left::over_damage : Left::at_its_end);
  path_.pass_to(position() + probed.frame_bytes);
  event = ScanEvent::file;
  return true;
}

bool FrameScanner::step_damaged_file_header(ScanEvent& event) {
  const auto length = file_header_length(source_->read_at(position(), kSkippableHeadBytes));
  auto first = length ? std::optional(position() + *length) : std::nullopt;
  auto header = first ? probe_.chunk_header(*first) : std::nullopt;
  if (!header || header->sequence != 0) {
    first = find_first_chunk(*source_, path_.sealed_files(), position());
    header = first ? probe_.chunk_header(*first) : std::nullopt;
  }
  const bool is_own_chunk = in_file_ && !file_.sealed && header && header->file_uuid == file_.header->uuid;
  if (!first || !header || is_own_chunk) {
    damaged_header_at_position();
    return false;
  }
  path_.note(
      fmt::format("file at offset {}: its header is damaged, so its provenance is unknown", position()));
  const auto start = position();
  path_.skip_to(*first);
  enter_unknown_file(*header, *first, start, Left::at_its_end);
  event = ScanEvent::file;
  return true;
}

bool FrameScanner::step_chunk(ScanEvent& event) {
  const auto header = probe_.chunk_header(position());
  if (!header) {
    damaged_header_at_position();
    return false;
  }
  if (!in_file_ || header->file_uuid != file_.header->uuid) return step_chunk_of_another_file(*header, event);
  chunk_offset_ = position();
  chunk_ = *header;
  const auto data_at = position() + header->header_bytes;
  const auto end = data_at + header->stored_bytes;
  const bool trust = (header->flags & kHoldsFileMagic) == 0;
  // Before anything of it is believed, its number above all.
  if (!open_chunk()) {
    path_.note(fmt::format("chunk at offset {}: not what the writer of this file has put here", position()));
    path_.leave_unresolved();
    skip_chunk(data_at, end, trust);
    return false;
  }
  if (file_.numbers.has_come(header->sequence)) {
    path_.note(fmt::format("chunk {} at offset {}: stands here a second time", header->sequence, position()));
    path_.skip_to(source_->reaches(end) ? end : source_->size());
    return false;
  }
  // One that comes late was counted as lost.
  if (header->sequence < file_.numbers.next()) path_.regain_chunk();
  if (const auto missing = file_.numbers.take(header->sequence); missing != 0)
    path_.lose(missing, fmt::format("{} chunks before offset {} are missing", missing, position()));
  path_.resolve();
  if (!source_->reaches(end)) {
    note_lost_chunk("cut off");
    file_.numbers.lose(header->sequence);
    go_on({data_at, trust});
    return false;
  }
  const bool wanted = is_wanted();
  is_beginning_ = wanted && read_beginning(data_at);
  if (!wanted || is_beginning_ || content_ == Content::headers_only) {
    passed_over_ = {data_at, end, trust, *header};
    path_.pass_to(end);
    event = ScanEvent::chunk;
    return wanted;
  }
  if (!read_stored(*header, data_at)) {
    note_lost_chunk("checksum differs");
    file_.numbers.lose(header->sequence);
    skip_chunk(data_at, end, trust);
    return false;
  }
  path_.pass_to(end);
  event = ScanEvent::chunk;
  return true;
}

/// Of one that was left over damage, or of one whose header is lost.
bool FrameScanner::step_chunk_of_another_file(const ChunkHeader& header, ScanEvent& event) {
  event = ScanEvent::file;
  if (auto left = left_files_.take(header.file_uuid)) {
    path_.note(fmt::format("offset {}: file {} goes on here", position(), to_hex(header.file_uuid)));
    enter(*std::move(left), Left::over_damage);
    return true;
  }
  path_.note(
      fmt::format("file at offset {}: its header is missing, so its provenance is unknown", position()));
  const auto* const file = path_.sealed_files().around(position());
  const bool tells_start = file != nullptr && file->is(header.file_uuid);
  enter_unknown_file(header, position(), tells_start ? file->start : position(), Left::over_damage);
  return true;
}

/// Over data that is not what it should be: to its end, where a frame begins there. That is believed only
/// where no other one stands nearer: bytes may be missing, so that it is the begin of a later frame.
void FrameScanner::skip_chunk(std::uint64_t data_at, std::uint64_t end, bool trust_file_headers) {
  go_on({data_at, trust_file_headers, probe_.is_frame_edge(end) ? end : UINT64_MAX});
}

/// Of a pipe everything is read in any case; an encrypted chunk is one message.
bool FrameScanner::read_beginning(std::uint64_t data_at) {
  const bool can = read_beginning_ && source_->is_seekable() && (chunk_.flags & kEncrypted) == 0 &&
                   chunk_.header_bytes > kChunkHeaderBytes;
  if (!can) return false;
  const auto extension = decode_chunk_extension(probe_.chunk_extension(chunk_offset_, chunk_));
  return extension && extension->pieces.cover(chunk_.stored_bytes) &&
         read_beginning_(*source_, data_at, chunk_, extension->pieces);
}

bool FrameScanner::read_stored(const ChunkHeader& header, std::uint64_t data_at) {
  const auto got = source_->read_at(data_at, stored_.resize(header.stored_bytes), header.stored_bytes);
  return got == header.stored_bytes && crc32c(stored()) == header.stored_crc32c;
}

/// Completes the header of an encrypted chunk. False when it is not authentic, or plain in an encrypted file.
bool FrameScanner::open_chunk() {
  if (file_.header->opener == nullptr) return true;
  if ((chunk_.flags & kEncrypted) == 0) return false;
  const auto extension = decode_chunk_extension(probe_.chunk_extension(chunk_offset_, chunk_));
  return extension && file_.header->opener->open_index(chunk_, extension->sealed_index);
}

bool FrameScanner::is_authentic_summary(std::uint64_t frame_bytes) {
  if (file_.header->opener == nullptr || (index_ && index_->has_opened(position()))) return true;
  return file_.header->opener
      ->open_summary(source_->read_at(position(), static_cast<std::size_t>(frame_bytes)))
      .has_value();
}

bool FrameScanner::step_summary(ScanEvent& event) {
  const auto depth = wanted_ ? FrameProbe::Depth::trailer : FrameProbe::Depth::checksum;
  const auto summary = probe_.summary(position(), file_.header->uuid, file_.start, depth);
  if (!summary || !in_file_) {
    damaged_header_at_position();
    return false;
  }
  const auto end = position() + summary->frame_bytes;
  if (!summary->intact) {
    path_.note(fmt::format("summary at offset {}: checksum differs", position()));
    if (!probe_.is_frame_edge(end)) {
      // Nothing in a summary can look like an intact header of a file or a chunk.
      file_.sealed = true;
      go_on({position() + kSkippableHeadBytes, true});
      return false;
    }
    path_.skip_to(end);
  } else if (!is_authentic_summary(summary->frame_bytes)) {
    path_.note(fmt::format("summary at offset {}: not the one that the writer of this file has ended it with",
                           position()));
    if (index_) index_->unload();
    path_.pass_to(end);
    return false;
  } else if (const auto missing = file_.numbers.miss_until(summary->chunks); missing != 0) {
    path_.lose(missing, fmt::format("{} chunks at the end are missing", missing));
  }
  if (!summary->length_fits && !path_.any_damage())
    path_.note(fmt::format("summary at offset {}: the file is not as long as it says", position()));
  if (summary->intact) path_.resolve();
  path_.pass_to(end);
  if (index_) index_->unload();
  file_.sealed = true;
  event = ScanEvent::summary;
  return true;
}

void FrameScanner::enter_unknown_file(const ChunkHeader& chunk, std::uint64_t chunk_at, std::uint64_t start,
                                      Left last) {
  FileHeader unknown;
  unknown.uuid = chunk.file_uuid;
  unknown.contains_unscrubbed = true;
  const auto extension = decode_chunk_extension(probe_.chunk_extension(chunk_at, chunk));
  keys_.enter_unknown(unknown, extension ? extension->envelope : std::nullopt,
                      (chunk.flags & kEncrypted) != 0);
  enter({std::make_shared<const FileHeader>(std::move(unknown)), start}, last);
}

void FrameScanner::enter(ScannedFile file, Left last) {
  leave_file();
  if (in_file_ && last == Left::over_damage) left_files_.keep(std::move(file_));
  left_files_.take(file.header->uuid);
  file_ = std::move(file);
  in_file_ = true;
  load_index();
}

void FrameScanner::load_index() {
  if (index_ && in_file_) index_->load(file_.start, *file_.header, wanted_);
}

void FrameScanner::jump_to_wanted() {
  if (!index_ || !in_file_) return;
  const auto place = index_->next_from(position());
  if (!place || place->offset <= position()) return;
  path_.give_up_unresolved();
  path_.pass_to(place->offset);
  file_.numbers.skip_until(place->sequence);
}

void FrameScanner::leave_file() {
  path_.give_up_unresolved();
  // Chunks that were cut off at an edge leave no other trace.
  if (in_file_ && !file_.sealed && file_.header->opener != nullptr)
    path_.note(fmt::format("file {}: its authentic end is missing: not sealed, or cut off",
                           to_hex(file_.header->uuid)));
}

/// Nothing of ours begins where a frame should. If it was a chunk, its data still tells its own length.
void FrameScanner::damaged_header_at_position() {
  path_.note(fmt::format("offset {}: no frame begins here, its header is damaged", position()));
  const auto end = probe_.chunk_end_behind_damaged_header(position());
  if (end) {
    if (!file_.sealed) path_.leave_unresolved();
    go_on({position(), false, *end});
    return;
  }
  const bool behind_unread = passed_over_.end == position();
  // Where the chunk that was passed over is not whole, it is the damaged one.
  const bool is_lost = !behind_unread || read_stored(passed_over_.header, passed_over_.data_at);
  const bool was_unresolved = path_.unresolved();
  if (is_lost && !file_.sealed) path_.leave_unresolved();
  const auto at = position();
  const auto summary_at =
      behind_unread ? go_on({passed_over_.data_at, passed_over_.trust_file_headers}) : go_on({position()});
  if (summary_at == at && !was_unresolved) path_.resolve();  // that is what was damaged
}

}  // namespace understudy::capture
