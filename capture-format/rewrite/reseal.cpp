#include "capture-format/rewrite/reseal.hpp"

#include "capture-format/layout/summary.hpp"
#include "capture-format/reader/byte_source.hpp"
#include "capture-format/reader/chunk_check.hpp"
#include "capture-format/reader/frame_scanner.hpp"
#include "capture-format/writer/route_totals.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/format.h>

namespace understudy::capture {
namespace {

constexpr std::size_t kCopiedPieceBytes = std::size_t{1} << 20;

class Resealing {
 public:
  Resealing(const std::string& path, std::unique_ptr<ByteSource> source, FrameScanner& scanner,
            const ResealCallbacks& callbacks)
      : path_(path), source_(std::move(source)), scanner_(scanner), callbacks_(callbacks) {}

  Outcome<Resealed> run() {
    auto event = scanner_.next();
    for (; event != ScanEvent::end; event = scanner_.next()) {
      callbacks_.progress(scanner_.position(), scanner_.size());
      auto taken = event == ScanEvent::file    ? take_file()
                   : event == ScanEvent::chunk ? take_chunk()
                                               : take_summary();
      if (!taken) return taken.error();
    }
    if (auto ended = end_part(); !ended) return ended.error();
    result_.bytes_left_out = scanner_.size() - whole_end_;
    if (is_broken_summary(whole_end_)) result_.bytes_left_out = 0;
    return result_;
  }

 private:
  Failure too_damaged() const {
    return Failure{fmt::format(
        "{}: is damaged in more than its summary ({}): `understudy capture recover` takes what is whole",
        path_, scanner_.damage().notes.empty() ? "unknown" : scanner_.damage().notes.front())};
  }

  Outcome<> take_file() {
    if (scanner_.damage().incidents != forgiven_) return too_damaged();
    // A new summary would use a nonce of the file's key a second time.
    if (scanner_.file().envelope)
      return Failure{
          fmt::format("{}: is encrypted: `understudy capture recover` writes a sealed copy", path_)};
    if (auto ended = end_part(); !ended) return ended;
    part_begin_ = whole_end_;
    whole_end_ = scanner_.position();
    uuid_ = scanner_.file().uuid;
    open_ = true;
    summary_ = Summary{};
    routes_.clear();
    return {};
  }

  Outcome<> take_chunk() {
    const auto& chunk = scanner_.chunk();
    if (scanner_.damage().incidents != forgiven_) return too_damaged();
    if (const auto checked = check_.check(chunk, scanner_.stored()); !checked) {
      scanner_.note_lost_chunk(checked.error().message);
      return too_damaged();
    }
    summary_.add(scanner_.chunk_offset() - part_begin_, chunk);
    routes_.add(check_.routes());
    ++result_.chunks;
    result_.exchanges += chunk.exchanges;
    whole_end_ = scanner_.position();
    return {};
  }

  /// A damaged one was noted and passed over.
  Outcome<> take_summary() {
    if (scanner_.damage().chunks_lost != 0) return too_damaged();
    if (scanner_.damage().incidents != forgiven_) {
      forgiven_ = scanner_.damage().incidents;
      if (auto ended = end_part(); !ended) return ended;
      copied_ = scanner_.position();
    } else {
      ++result_.summaries_kept;
      open_ = false;
    }
    whole_end_ = scanner_.position();
    return {};
  }

  /// What is whole of the file before; with a summary behind it where it has none.
  Outcome<> end_part() {
    if (auto copied = copy_to(whole_end_); !copied || !open_) return copied;
    routes_.rank_into(summary_);
    if (!callbacks_.take(encode(summary_, uuid_, whole_end_ - part_begin_))) return Failure{"cannot write"};
    ++result_.summaries_written;
    open_ = false;
    return {};
  }

  Outcome<> copy_to(std::uint64_t end) {
    while (copied_ < end) {
      const auto piece = std::min<std::uint64_t>(kCopiedPieceBytes, end - copied_);
      const auto bytes = source_->read_at(copied_, static_cast<std::size_t>(piece));
      if (bytes.size() != piece)
        return Failure{fmt::format("{}: cannot be read at offset {}", path_, copied_)};
      if (!callbacks_.take(bytes)) return Failure{"cannot write"};
      copied_ += piece;
    }
    return {};
  }

  /// By either of its ends; nothing is lost with it.
  bool is_broken_summary(std::uint64_t offset) {
    constexpr std::size_t kHead = kSkippableHeadBytes + kSummaryInnerMagic.size();
    const auto head = source_->read_at(offset, kHead);
    if (head.size() == kHead && head.substr(kSkippableHeadBytes) == kSummaryInnerMagic) return true;
    const auto rest = scanner_.size() - offset;
    if (rest < kSummaryTrailerBytes) return false;
    const auto end = source_->read_at(scanner_.size() - kSummaryTrailerBytes, kSummaryTrailerBytes);
    const auto trailer = decode_summary_trailer(end, uuid_);
    return trailer && trailer->summary_bytes == rest;
  }

  const std::string& path_;
  std::unique_ptr<ByteSource> source_;
  FrameScanner& scanner_;
  const ResealCallbacks& callbacks_;
  ChunkCheck check_;
  Resealed result_;
  Summary summary_;
  RouteTotals routes_;
  Uuid uuid_{};
  std::uint64_t part_begin_ = 0;
  std::uint64_t whole_end_ = 0;  ///< of the last frame that is as it should be
  std::uint64_t copied_ = 0;
  std::uint64_t forgiven_ = 0;  ///< incidents that were damaged summaries
  bool open_ = false;           ///< within a file that has no summary yet
};

}  // namespace

Outcome<Resealed> reseal(const std::string& path, const ResealCallbacks& callbacks) {
  auto scanned = open_file_source(path);
  if (!scanned) return scanned.error();
  auto copied = open_file_source(path);
  if (!copied) return copied.error();
  FrameScanner scanner(std::move(*scanned), FrameScanner::Content::stored);
  if (auto begun = scanner.begin(path); !begun) return begun.error();
  return Resealing(path, std::move(*copied), scanner, callbacks).run();
}

}  // namespace understudy::capture
