#include "capture-format/reader/resync.hpp"

#include "capture-format/layout/file_header.hpp"
#include "capture-format/layout/limits.hpp"
#include "capture-format/layout/summary.hpp"
#include "capture-format/reader/frame_probe.hpp"

#include <algorithm>
#include <string.h>
#include <string>
#include <string_view>

namespace understudy::capture {
namespace {

/// The next frame is mostly near: what is read at a time grows from the one to the other.
constexpr std::size_t kFirstWindowBytes = std::size_t{8} << 10;
constexpr std::size_t kWindowBytes = std::size_t{1} << 20;
constexpr std::size_t kOverlapBytes = 64;
/// How far a pipe is kept in memory to find the first chunk behind a damaged header.
constexpr std::uint64_t kFirstChunkWithinBytes = std::uint64_t{64} << 20;

/// Calls `visit(offset)` with each place of `needle` from `from` on, until it returns true.
template <class Visit>
bool find_each(std::string_view window, std::uint64_t window_offset, std::string_view needle, Visit&& visit) {
  std::size_t at = 0;
  while (at < window.size()) {
    const void* hit = memmem(window.data() + at, window.size() - at, needle.data(), needle.size());
    if (hit == nullptr) return false;
    at = static_cast<std::size_t>(static_cast<const char*>(hit) - window.data());
    if (visit(window_offset + at)) return true;
    ++at;
  }
  return false;
}

/// Calls `visit(window, offset)` with overlapping windows up to `end`, until it returns true.
template <class Visit>
void slide(ByteSource& source, std::uint64_t from, std::uint64_t end, Visit&& visit) {
  if (source.is_seekable()) end = std::min(end, source.size());
  std::string window;
  for (auto bytes = kFirstWindowBytes; from < end; bytes = std::min(2 * bytes, kWindowBytes)) {
    window = source.read_at(from, static_cast<std::size_t>(std::min<std::uint64_t>(bytes, end - from)));
    if (window.empty() || visit(std::string_view(window), from) || window.size() <= kOverlapBytes) return;
    from += window.size() - kOverlapBytes;
  }
}

class Search {
 public:
  Search(ByteSource& source, const ResyncRequest& request)
      : source_(source), probe_(source), request_(request) {}

  ResyncResult run() {
    best_.offset = UINT64_MAX;
    slide(source_, request_.from, request_.end, [this](std::string_view window, std::uint64_t offset) {
      if (request_.release) source_.release_before(offset);
      const std::string_view uuid(request_.file_uuid.data(), request_.file_uuid.size());
      // All three in each window: the nearest one wins.
      bool found = find_each(window, offset, uuid, [this](std::uint64_t at) { return try_chunk(at); });
      found |= find_each(window, offset, kEndMagic, [this](std::uint64_t at) { return try_summary(at); });
      found |= find_each(window, offset, kChunkMagic, [this](std::uint64_t at) { return try_any_chunk(at); });
      found |=
          find_each(window, offset, kFileMagic, [this](std::uint64_t at) { return try_file_header(at); });
      return found;
    });
    if (best_.offset == UINT64_MAX) best_.offset = std::min(request_.end, source_.size());
    return best_;
  }

 private:
  enum class Belongs : std::uint8_t { yes, no, unknown };

  /// Whether that place is in the file of this uuid.
  Belongs belongs(std::uint64_t offset, const Uuid& uuid) {
    const auto* const file = request_.sealed != nullptr ? request_.sealed->around(offset) : nullptr;
    if (file == nullptr) return Belongs::unknown;
    return file->is(uuid) ? Belongs::yes : Belongs::no;
  }

  bool take(std::uint64_t offset, bool past_summary, std::uint64_t summary_at = UINT64_MAX) {
    if (offset < best_.offset) best_ = {offset, past_summary, summary_at};
    return true;
  }

  bool try_chunk(std::uint64_t uuid_at) {
    if (uuid_at < request_.from + ChunkHeaderOffset::kFileUuid) return false;
    const auto offset = uuid_at - ChunkHeaderOffset::kFileUuid;
    const auto header = probe_.chunk_header(offset);
    const bool ours = header && header->file_uuid == request_.file_uuid &&
                      (request_.come == nullptr || !request_.come->has_come(header->sequence));
    return ours && take(offset, false);
  }

  bool try_any_chunk(std::uint64_t magic_at) {
    if (magic_at < request_.from + ChunkHeaderOffset::kMagic) return false;
    const auto offset = magic_at - ChunkHeaderOffset::kMagic;
    const auto header = offset < best_.offset ? probe_.chunk_header(offset) : std::nullopt;
    if (!header || header->file_uuid == request_.file_uuid) return false;
    const bool missed = request_.left != nullptr && request_.left->miss(header->file_uuid, header->sequence);
    const auto here = belongs(offset, header->file_uuid);
    const bool trusted = request_.trust_chunk_headers && here == Belongs::unknown;
    return (missed || trusted || here == Belongs::yes) && take(offset, false);
  }

  bool try_summary(std::uint64_t magic_at) {
    const auto end = magic_at + kEndMagic.size();
    if (end < request_.from + kSummaryTrailerBytes) return false;
    const auto trailer = decode_summary_trailer(
        source_.read_at(end - kSummaryTrailerBytes, kSummaryTrailerBytes), request_.file_uuid);
    // Where bytes were inserted or are missing it is not the length of the file any more.
    if (!trailer || trailer->summary_bytes > end) return false;
    const auto begin = end - trailer->summary_bytes;
    const auto summary =
        begin < request_.from
            ? std::nullopt
            : probe_.summary(begin, request_.file_uuid, request_.file_start, FrameProbe::Depth::checksum);
    return summary && summary->intact ? take(begin, false) : take(end, true, begin);
  }

  bool try_file_header(std::uint64_t magic_at) {
    if (magic_at < request_.from + kSkippableHeadBytes) return false;
    const auto offset = magic_at - kSkippableHeadBytes;
    // So close behind the damage there is no room for a chunk's data, only for the torn header of one.
    const bool trusted = request_.trust_file_headers || offset - request_.from < kChunkHeaderBytes;
    if (offset >= best_.offset || (!trusted && candidates_ >= kCandidatesMax)) return false;
    ++candidates_;
    const auto probed = probe_.file_header(offset);
    if (probed.error == FileHeaderError::damaged) return false;
    // A later version tells nothing that could be compared.
    const auto here =
        probed.error == FileHeaderError::none ? belongs(offset, probed.header.uuid) : Belongs::unknown;
    const bool known = here == Belongs::yes || probed.header.uuid == request_.file_uuid;
    return (known || (trusted && here == Belongs::unknown)) && take(offset, false);
  }

  static constexpr std::size_t kCandidatesMax = 4096;

  ByteSource& source_;
  FrameProbe probe_;
  const ResyncRequest& request_;
  ResyncResult best_;
  std::size_t candidates_ = 0;
};

/// Calls `visit(offset, header)` with each intact chunk header in [from, end), until it returns true.
template <class Visit>
void each_chunk_header(ByteSource& source, std::uint64_t from, std::uint64_t end, Visit&& visit) {
  const FrameProbe probe(source);
  slide(source, from, end, [&](std::string_view window, std::uint64_t offset) {
    return find_each(window, offset, kChunkMagic, [&](std::uint64_t at) {
      if (at < from + ChunkHeaderOffset::kMagic) return false;
      const auto header = probe.chunk_header(at - ChunkHeaderOffset::kMagic);
      return header && visit(at - ChunkHeaderOffset::kMagic, *header);
    });
  });
}

/// The first chunk that a later one names as its predecessor, at that distance from the begin of the file: a
/// capture inside a body stands elsewhere.
std::optional<std::uint64_t> find_named_chunk(ByteSource& source, std::uint64_t file_start) {
  const FrameProbe probe(source);
  std::optional<std::uint64_t> found;
  each_chunk_header(
      source, file_start, file_start + kFirstChunkWithinBytes, [&](std::uint64_t, const ChunkHeader& later) {
        if (later.sequence == 0 || later.previous_offset == 0) return false;
        const auto at = file_start + later.previous_offset;
        const auto earlier = probe.chunk_header(at);
        if (!earlier || earlier->file_uuid != later.file_uuid || earlier->sequence + 1 != later.sequence)
          return false;
        found = at;
        return true;
      });
  return found;
}

/// The first intact chunk of the sealed file at this place, by the part of its uuid that its end tells.
std::optional<std::uint64_t> find_chunk_of_sealed_file(ByteSource& source, SealedFiles& sealed,
                                                       std::uint64_t file_start) {
  const auto* const file = sealed.around(file_start);
  if (file == nullptr) return std::nullopt;
  std::optional<std::uint64_t> found;
  each_chunk_header(source, file_start, file->end, [&](std::uint64_t offset, const ChunkHeader& header) {
    if (!file->is(header.file_uuid)) return false;
    found = offset;
    return true;
  });
  return found;
}

}  // namespace

ResyncResult resync(ByteSource& source, const ResyncRequest& request) {
  return Search(source, request).run();
}

std::optional<std::uint64_t> find_first_chunk(ByteSource& source, SealedFiles& sealed,
                                              std::uint64_t file_start) {
  if (const auto found = find_chunk_of_sealed_file(source, sealed, file_start)) return found;
  // A damaged header still tells its uuid, most likely; with it, this cannot be a capture inside a body.
  const auto uuid = source.read_at(file_start + kFileUuidAt, sizeof(Uuid));
  if (uuid.size() == sizeof(Uuid)) {
    ResyncRequest request;
    request.from = file_start + 1;
    request.file_start = file_start;
    if (!source.is_seekable()) request.end = file_start + kFirstChunkWithinBytes;
    std::copy(uuid.begin(), uuid.end(), request.file_uuid.begin());
    const auto found = Search(source, request).run();
    if (FrameProbe(source).chunk_header(found.offset)) return found.offset;
  }
  std::optional<std::uint64_t> found;
  const auto end = file_start + kFileHeaderBytesMax + kChunkHeaderBytes;
  each_chunk_header(source, file_start, end, [&](std::uint64_t offset, const ChunkHeader& header) {
    if (header.sequence != 0) return false;
    found = offset;
    return true;
  });
  return found ? found : find_named_chunk(source, file_start);
}

}  // namespace understudy::capture
