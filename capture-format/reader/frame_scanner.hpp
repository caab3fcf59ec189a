// Walks a capture frame by frame: file headers, chunks with verified checksums, summaries, and over damage.
#pragma once

#include "capture-format/layout/chunk_header.hpp"
#include "capture-format/layout/file_header.hpp"
#include "capture-format/layout/stored_pieces.hpp"
#include "capture-format/reader.hpp"
#include "capture-format/reader/byte_source.hpp"
#include "capture-format/reader/chunk_bytes.hpp"
#include "capture-format/reader/chunk_index.hpp"
#include "capture-format/reader/file_keys.hpp"
#include "capture-format/reader/frame_probe.hpp"
#include "capture-format/reader/left_files.hpp"
#include "capture-format/reader/scan_path.hpp"
#include "core/base/result.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace understudy::capture {

enum class ScanEvent : std::uint8_t { file, chunk, summary, end };

/// Sequential. Memory: the stored bytes of one chunk.
class FrameScanner {
 public:
  enum class Content : std::uint8_t { stored, headers_only };

  FrameScanner(std::unique_ptr<ByteSource> source, Content content);

  /// Chunks that this refuses are passed over by the index of a sealed file, else by their header alone:
  /// neither read nor verified; of the summary then no more is read than is needed.
  using Wanted = std::function<bool(const ChunkHeader&)>;
  /// Reads as much of the data at this place as is wanted. False: that is not enough, or cannot be told.
  using ReadBeginning =
      std::function<bool(ByteSource&, std::uint64_t, const ChunkHeader&, const StoredPieces&)>;
  void select(Wanted wanted, ReadBeginning read_beginning = {});

  /// Before `begin`. With the right key chunk headers are complete and `stored` is for its file's opener to
  /// decrypt; without, an encrypted file says so in `file().locked` and shows what is in the clear.
  void use_keys(KeyRingPtr keys) { keys_.use(std::move(keys)); }

  /// For a file that grows: looks for more bytes. False while what follows is not there as a whole frame, so
  /// that `next` would take it for a torn one.
  bool refresh();

  /// Checks that this is a capture that we can read and moves to its first frame. `name` is for the message.
  Outcome<> begin(std::string_view name);
  ScanEvent next();

  /// The file that the last event belongs to. With a damaged header: what is unknown is empty, and it counts
  /// as unscrubbed, because nothing says that it is not.
  const FileHeader& file() const noexcept { return *file_.header; }
  std::shared_ptr<const FileHeader> shared_file() const noexcept { return file_.header; }
  const ChunkHeader& chunk() const noexcept { return chunk_; }
  std::uint64_t chunk_offset() const noexcept { return chunk_offset_; }
  /// Where the file of the last event begins.
  std::uint64_t file_start() const noexcept { return file_.start; }
  /// Of the last chunk only the beginning was read, by ReadBeginning; `stored` has nothing of it.
  bool is_beginning() const noexcept { return is_beginning_; }
  /// The verified stored bytes of the chunk; empty when only headers are read.
  std::string_view stored() const noexcept { return stored_.view(); }
  /// Takes these bytes away and gives room for the next ones.
  void swap_stored(ChunkBytes& other) noexcept { std::swap(stored_, other); }
  bool sealed() const noexcept { return file_.sealed; }
  std::uint64_t position() const noexcept { return path_.position(); }
  /// Of the source, as far as it is known.
  std::uint64_t size() const noexcept { return source_->size(); }
  bool is_seekable() const noexcept { return source_->is_seekable(); }
  std::uint64_t bytes_read() const noexcept { return source_->bytes_read(); }

  /// Since it was last taken. A chunk that comes late takes one back: lost ones add up modulo 2^64.
  const Damage& damage() const noexcept { return path_.damage(); }
  Damage take_damage() { return path_.take_damage(); }
  /// For damage that only the decoder of the stored bytes sees.
  void note_lost_chunk(const std::string& what);

 private:
  bool step_file_header(ScanEvent& event);
  bool step_damaged_file_header(ScanEvent& event);
  bool step_chunk(ScanEvent& event);
  bool step_chunk_of_another_file(const ChunkHeader& header, ScanEvent& event);
  bool step_summary(ScanEvent& event);
  /// Nobody can say that of what is locked: it is read, and found unreadable.
  bool is_wanted() const { return !wanted_ || !file_.header->locked.empty() || wanted_(chunk_); }
  void load_index();
  void jump_to_wanted();
  bool open_chunk();
  bool is_authentic_summary(std::uint64_t frame_bytes);
  bool read_beginning(std::uint64_t data_at);
  bool read_stored(const ChunkHeader& header, std::uint64_t data_at);
  enum class Left : std::uint8_t { at_its_end, over_damage };
  void enter(ScannedFile file, Left last);
  void enter_unknown_file(const ChunkHeader& chunk, std::uint64_t chunk_at, std::uint64_t start, Left last);
  void leave_file();
  void damaged_header_at_position();
  std::uint64_t go_on(const ScanPath::Search& search) {
    return path_.go_on_after(file_, left_files_, search);
  }
  void skip_chunk(std::uint64_t data_at, std::uint64_t end, bool trust_file_headers);

  std::unique_ptr<ByteSource> source_;
  FrameProbe probe_;
  ScanPath path_;
  Content content_;
  Wanted wanted_;
  ReadBeginning read_beginning_;
  FileKeys keys_;
  ScannedFile file_;
  bool in_file_ = false;
  LeftFiles left_files_;
  ChunkHeader chunk_;
  std::uint64_t chunk_offset_ = 0;
  ChunkBytes stored_;
  bool is_beginning_ = false;
  std::optional<FileHeaderProbe> first_;  ///< of the first file, so that it is not read twice
  std::optional<ChunkIndex> index_;  ///< while chunks are selected and the source can be read in any order
  /// A chunk that was passed over unread: when no frame begins at its end, the way back begins in it.
  struct PassedOver {
    std::uint64_t data_at = 0;
    std::uint64_t end = UINT64_MAX;
    bool trust_file_headers = false;
    ChunkHeader header;
  };
  PassedOver passed_over_;
};

}  // namespace understudy::capture
