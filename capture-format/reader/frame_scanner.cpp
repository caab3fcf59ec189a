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
namespace {

/// A hostile file could make every place look like the begin of something; reading ends at this multiple of
/// its size.
constexpr std::uint64_t kReadAmplificationMax = 16;
constexpr std::uint64_t kReadFloorBytes = std::uint64_t{256} << 20;

}  // namespace

FrameScanner::FrameScanner(std::unique_ptr<ByteSource> source, Content content)
    : source_(std::move(source)), probe_(*source_), content_(content), sealed_files_(*source_) {
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
  if (!begins_as_capture && !find_first_chunk(*source_, sealed_files_, 0))
    return Failure{fmt::format("{}: not a capture file", name)};
  return {};
}

bool FrameScanner::refresh() {
  source_->refresh();
  const auto head = source_->read_at(position_, kSkippableHeadBytes);
  if (head.size() < kSkippableHeadBytes) return false;
  const auto magic = wire::load<std::uint32_t>(head.data());
  if (magic != kChunkHeaderMagic)
    return position_ + kSkippableHeadBytes + wire::load<std::uint32_t>(head.data() + 4) <= source_->size();
  const auto header = probe_.chunk_header(position_);
  // A header comes with one write: when so much of it is there and it is not intact, it never will be.
  if (!header) return position_ + kChunkHeaderBytesMax <= source_->size();
  return position_ + header->header_bytes + header->stored_bytes <= source_->size();
}

void FrameScanner::select(Wanted wanted, ReadBeginning read_beginning) {
  wanted_ = std::move(wanted);
  read_beginning_ = std::move(read_beginning);
  source_->expect_skips();
  if (source_->is_seekable()) index_.emplace(*source_, sealed_files_);
  load_index();
}

ScanEvent FrameScanner::next() {
  ScanEvent event = ScanEvent::end;
  while (true) {
    jump_to_wanted();
    source_->release_before(passed_over_.end == position_ ? passed_over_.data_at : position_);
    if (!source_->reaches(position_ + 1) || exhausted()) break;
    const auto head = source_->read_at(position_, kSkippableHeadBytes);
    if (head.size() < kSkippableHeadBytes) {
      note(fmt::format("{} bytes at offset {} are the torn begin of a frame", head.size(), position_));
      unresolved_ = true;
      skip_to(source_->size());
      break;
    }
    const auto magic = wire::load<std::uint32_t>(head.data());
    const auto end = position_ + kSkippableHeadBytes + wire::load<std::uint32_t>(head.data() + 4);
    if (probe_.resembles_file_header(position_)) {
      if (step_file_header(event)) return event;
    } else if (magic == kChunkHeaderMagic) {
      if (step_chunk(event)) return event;
    } else if (magic == kSummaryMagic) {
      if (step_summary(event)) return event;
    } else if (is_skippable(magic) && in_file_ && !probe_.resembles_chunk_or_summary(position_) &&
               probe_.is_frame_edge(end)) {
      position_ = end;  // of a later minor version
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
  ++damage_.chunks_lost;
  note(fmt::format("chunk {} at offset {}: {}", chunk_.sequence, chunk_offset_, what));
}

bool FrameScanner::step_file_header(ScanEvent& event) {
  const auto probed = first_ && position_ == 0 ? *std::exchange(first_, {}) : probe_.file_header(position_);
  if (probed.error == FileHeaderError::damaged) return step_damaged_file_header(event);
  if (probed.error == FileHeaderError::other_version) {
    note(
        fmt::format("file at offset {}: a version of the format that this program does not read", position_));
    unresolved_ = true;
    go_on_after(position_ + kSkippableHeadBytes, false);
    return false;
  }
  if (in_file_ && !sealed_ && came_by_damage() && probed.header.uuid == file_->uuid) {
    skip_to(position_ + probed.frame_bytes);  // a copy of it within its own file
    return false;
  }
  auto header = probed.header;
  keys_.enter(header);
  begin_file(std::move(header), position_, came_by_damage() ? Left::over_damage : Left::at_its_end);
  position_ += probed.frame_bytes;
  event = ScanEvent::file;
  return true;
}

bool FrameScanner::step_damaged_file_header(ScanEvent& event) {
  const auto length = file_header_length(source_->read_at(position_, kSkippableHeadBytes));
  auto first = length ? std::optional(position_ + *length) : std::nullopt;
  auto header = first ? probe_.chunk_header(*first) : std::nullopt;
  if (!header || header->sequence != 0) {
    first = find_first_chunk(*source_, sealed_files_, position_);
    header = first ? probe_.chunk_header(*first) : std::nullopt;
  }
  const bool is_own_chunk = in_file_ && !sealed_ && header && header->file_uuid == file_->uuid;
  if (!first || !header || is_own_chunk) {
    damaged_header_at_position();
    return false;
  }
  note(fmt::format("file at offset {}: its header is damaged, so its provenance is unknown", position_));
  const auto start = position_;
  skip_to(*first);
  enter_unknown_file(*header, *first, start, Left::at_its_end);
  event = ScanEvent::file;
  return true;
}

bool FrameScanner::step_chunk(ScanEvent& event) {
  const auto header = probe_.chunk_header(position_);
  if (!header) {
    damaged_header_at_position();
    return false;
  }
  if (!in_file_ || header->file_uuid != file_->uuid) return step_chunk_of_another_file(*header, event);
  chunk_offset_ = position_;
  chunk_ = *header;
  const auto data_at = position_ + header->header_bytes;
  const auto end = data_at + header->stored_bytes;
  const bool trust = (header->flags & kHoldsFileMagic) == 0;
  // Before anything of it is believed, its number above all.
  if (!open_chunk()) {
    note(fmt::format("chunk at offset {}: not what the writer of this file has put here", position_));
    unresolved_ = true;
    skip_chunk(data_at, end, trust);
    return false;
  }
  if (numbers_.has_come(header->sequence)) {
    note(fmt::format("chunk {} at offset {}: stands here a second time", header->sequence, position_));
    skip_to(source_->reaches(end) ? end : source_->size());
    return false;
  }
  // One that comes late was counted as lost.
  if (header->sequence < numbers_.next()) --damage_.chunks_lost;
  if (const auto missing = numbers_.take(header->sequence); missing != 0) {
    damage_.chunks_lost += missing;
    if (!unresolved_) note(fmt::format("{} chunks before offset {} are missing", missing, position_));
  }
  unresolved_ = false;
  if (!source_->reaches(end)) {
    note_lost_chunk("cut off");
    numbers_.lose(header->sequence);
    go_on_after(data_at, trust);
    return false;
  }
  const bool wanted = is_wanted();
  is_beginning_ = wanted && read_beginning(data_at);
  if (!wanted || is_beginning_ || content_ == Content::headers_only) {
    passed_over_ = {data_at, end, trust, *header};
    position_ = end;
    event = ScanEvent::chunk;
    return wanted;
  }
  if (!read_stored(*header, data_at)) {
    note_lost_chunk("checksum differs");
    numbers_.lose(header->sequence);
    skip_chunk(data_at, end, trust);
    return false;
  }
  position_ = end;
  event = ScanEvent::chunk;
  return true;
}

/// Of one that was left over damage, or of one whose header is lost.
bool FrameScanner::step_chunk_of_another_file(const ChunkHeader& header, ScanEvent& event) {
  event = ScanEvent::file;
  if (auto left = left_files_.take(header.file_uuid)) {
    note(fmt::format("offset {}: file {} goes on here", position_, to_hex(header.file_uuid)));
    begin_file(*left->header, left->start, Left::over_damage);
    numbers_ = std::move(left->numbers);
    sealed_ = left->sealed;
    return true;
  }
  note(fmt::format("file at offset {}: its header is missing, so its provenance is unknown", position_));
  const auto* const file = sealed_files_.around(position_);
  const bool tells_start = file != nullptr && file->is(header.file_uuid);
  enter_unknown_file(header, position_, tells_start ? file->start : position_, Left::over_damage);
  return true;
}

/// Over data that is not what it should be: to its end, where a frame begins there. That is believed only
/// where no other one stands nearer: bytes may be missing, so that it is the begin of a later frame.
void FrameScanner::skip_chunk(std::uint64_t data_at, std::uint64_t end, bool trust_file_headers) {
  go_on_after(data_at, trust_file_headers, probe_.is_frame_edge(end) ? end : UINT64_MAX);
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
  if (file_->opener == nullptr) return true;
  if ((chunk_.flags & kEncrypted) == 0) return false;
  const auto extension = decode_chunk_extension(probe_.chunk_extension(chunk_offset_, chunk_));
  return extension && file_->opener->open_index(chunk_, extension->sealed_index);
}

bool FrameScanner::is_authentic_summary(std::uint64_t frame_bytes) {
  if (file_->opener == nullptr || (index_ && index_->has_opened(position_))) return true;
  return file_->opener->open_summary(source_->read_at(position_, static_cast<std::size_t>(frame_bytes)))
      .has_value();
}

bool FrameScanner::step_summary(ScanEvent& event) {
  const auto depth = wanted_ ? FrameProbe::Depth::trailer : FrameProbe::Depth::checksum;
  const auto summary = probe_.summary(position_, file_->uuid, file_start_, depth);
  if (!summary || !in_file_) {
    damaged_header_at_position();
    return false;
  }
  const auto end = position_ + summary->frame_bytes;
  if (!summary->intact) {
    note(fmt::format("summary at offset {}: checksum differs", position_));
    if (!probe_.is_frame_edge(end)) {
      // Nothing in a summary can look like an intact header of a file or a chunk.
      sealed_ = true;
      go_on_after(position_ + kSkippableHeadBytes, true);
      return false;
    }
    skip_to(end);
  } else if (!is_authentic_summary(summary->frame_bytes)) {
    note(fmt::format("summary at offset {}: not the one that the writer of this file has ended it with",
                     position_));
    if (index_) index_->unload();
    position_ = end;
    return false;
  } else if (const auto missing = numbers_.miss_until(summary->chunks); missing != 0) {
    damage_.chunks_lost += missing;
    if (!unresolved_) note(fmt::format("{} chunks at the end are missing", missing));
  }
  if (!summary->length_fits && !any_damage_)
    note(fmt::format("summary at offset {}: the file is not as long as it says", position_));
  if (summary->intact) unresolved_ = false;
  position_ = end;
  if (index_) index_->unload();
  sealed_ = true;
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
  begin_file(std::move(unknown), start, last);
}

void FrameScanner::begin_file(FileHeader header, std::uint64_t start, Left last) {
  leave_file();
  if (in_file_ && last == Left::over_damage) left_files_.keep({file_, file_start_, numbers_, sealed_});
  left_files_.take(header.uuid);
  file_ = std::make_shared<const FileHeader>(std::move(header));
  file_start_ = start;
  numbers_.reset();
  sealed_ = false;
  in_file_ = true;
  load_index();
}

void FrameScanner::load_index() {
  if (index_ && in_file_) index_->load(file_start_, *file_, wanted_);
}

void FrameScanner::jump_to_wanted() {
  if (!index_ || !in_file_) return;
  const auto place = index_->next_from(position_);
  if (!place || place->offset <= position_) return;
  leave_damage();
  position_ = place->offset;
  numbers_.skip_until(place->sequence);
}

/// How many chunks it took can no longer be told.
void FrameScanner::leave_damage() {
  if (unresolved_) ++damage_.chunks_lost;
  unresolved_ = false;
}

void FrameScanner::leave_file() {
  leave_damage();
  // Chunks that were cut off at an edge leave no other trace.
  if (in_file_ && !sealed_ && file_->opener != nullptr)
    note(fmt::format("file {}: its authentic end is missing: not sealed, or cut off", to_hex(file_->uuid)));
}

/// Nothing of ours begins where a frame should. If it was a chunk, its data still tells its own length.
void FrameScanner::damaged_header_at_position() {
  note(fmt::format("offset {}: no frame begins here, its header is damaged", position_));
  const auto end = probe_.chunk_end_behind_damaged_header(position_);
  if (end) {
    if (!sealed_) unresolved_ = true;
    go_on_after(position_, false, *end);
    return;
  }
  const bool behind_unread = passed_over_.end == position_;
  // Where the chunk that was passed over is not whole, it is the damaged one.
  const bool is_lost = !behind_unread || read_stored(passed_over_.header, passed_over_.data_at);
  const bool was_unresolved = unresolved_;
  if (is_lost && !sealed_) unresolved_ = true;
  const auto at = position_;
  const auto summary_at = behind_unread ? go_on_after(passed_over_.data_at, passed_over_.trust_file_headers)
                                        : go_on_after(position_, false);
  if (summary_at == at) unresolved_ = was_unresolved;  // that is what was damaged
}

/// To the nearest frame that can be trusted; no further than to `edge`, where one begins. Over a damaged
/// summary it returns where that stands.
std::uint64_t FrameScanner::go_on_after(std::uint64_t from, bool trust_file_headers, std::uint64_t edge) {
  ResyncRequest request;
  request.from = from;
  request.end = edge;
  request.file_uuid = file_->uuid;
  request.file_start = file_start_;
  request.come = &numbers_;
  // Behind a sealed file nothing but another file can come.
  request.trust_file_headers = trust_file_headers || sealed_;
  request.trust_chunk_headers = sealed_;
  request.sealed = &sealed_files_;
  request.left = &left_files_;
  request.release = true;
  if (from == position_) ++request.from;
  const auto found = resync(*source_, request);
  if (found.past_summary) sealed_ = true;
  skip_to(found.offset);
  jumped_to_ = position_;
  return found.summary_at;
}

void FrameScanner::skip_to(std::uint64_t offset) {
  if (offset > position_) damage_.bytes_skipped += offset - position_;
  position_ = offset;
}

void FrameScanner::note(std::string what) {
  ++damage_.incidents;
  any_damage_ = true;
  if (damage_.notes.size() < kDamageNotesMax) damage_.notes.push_back(std::move(what));
}

bool FrameScanner::exhausted() {
  if (source_->bytes_read() <= kReadFloorBytes + kReadAmplificationMax * source_->size()) return false;
  note(fmt::format("offset {}: too damaged to go on", position_));
  unresolved_ = true;
  skip_to(source_->size());
  return true;
}

}  // namespace understudy::capture
