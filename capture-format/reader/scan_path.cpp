#include "capture-format/reader/scan_path.hpp"

#include "capture-format/layout/limits.hpp"
#include "capture-format/reader/resync.hpp"

#include <fmt/format.h>

namespace understudy::capture {
namespace {

/// A hostile file could make every place look like the begin of something; reading ends at this multiple of
/// its size.
constexpr std::uint64_t kReadAmplificationMax = 16;
constexpr std::uint64_t kReadFloorBytes = std::uint64_t{256} << 20;

}  // namespace

void ScanPath::skip_to(std::uint64_t offset) noexcept {
  if (offset > position_) damage_.bytes_skipped += offset - position_;
  position_ = offset;
}

std::uint64_t ScanPath::go_on_after(ScannedFile& file, const LeftFiles& left, const Search& search) {
  ResyncRequest request;
  request.from = search.from;
  request.end = search.edge;
  request.file_uuid = file.header->uuid;
  request.file_start = file.start;
  request.come = &file.numbers;
  // Behind a sealed file nothing but another file can come.
  request.trust_file_headers = search.trust_file_headers || file.sealed;
  request.trust_chunk_headers = file.sealed;
  request.sealed = &sealed_files_;
  request.left = &left;
  request.release = true;
  if (search.from == position_) ++request.from;
  const auto found = resync(*source_, request);
  if (found.past_summary) file.sealed = true;
  skip_to(found.offset);
  jumped_to_ = position_;
  return found.summary_at;
}

bool ScanPath::is_exhausted() {
  if (source_->bytes_read() <= kReadFloorBytes + kReadAmplificationMax * source_->size()) return false;
  note(fmt::format("offset {}: too damaged to go on", position_));
  unresolved_ = true;
  skip_all();
  return true;
}

void ScanPath::note(std::string what) {
  ++damage_.incidents;
  any_damage_ = true;
  if (damage_.notes.size() < kDamageNotesMax) damage_.notes.push_back(std::move(what));
}

void ScanPath::note_lost(std::string what) {
  ++damage_.chunks_lost;
  note(std::move(what));
}

void ScanPath::lose(std::uint64_t chunks, std::string what) {
  damage_.chunks_lost += chunks;
  if (!unresolved_) note(std::move(what));
}

void ScanPath::give_up_unresolved() noexcept {
  if (unresolved_) ++damage_.chunks_lost;
  unresolved_ = false;
}

}  // namespace understudy::capture
