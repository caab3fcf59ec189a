// The way of a scanner through a capture: where it stands, how it gets over damage, and what that has cost.
#pragma once

#include "capture-format/reader.hpp"
#include "capture-format/reader/byte_source.hpp"
#include "capture-format/reader/left_files.hpp"
#include "capture-format/reader/sealed_files.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace understudy::capture {

/// Belongs to one scanner.
class ScanPath {
 public:
  /// The source must outlive this.
  explicit ScanPath(ByteSource& source) noexcept : source_(&source), sealed_files_(source) {}

  std::uint64_t position() const noexcept { return position_; }
  SealedFiles& sealed_files() noexcept { return sealed_files_; }
  /// A search after damage has ended here.
  bool came_by_damage() const noexcept { return jumped_to_ == position_; }

  /// Over what was read or is not wanted.
  void pass_to(std::uint64_t offset) noexcept { position_ = offset; }
  /// Over damage: the bytes count as skipped.
  void skip_to(std::uint64_t offset) noexcept;
  void skip_all() noexcept { skip_to(source_->size()); }

  /// What is known of the damage that the search below begins in.
  struct Search {
    std::uint64_t from = 0;
    bool trust_file_headers = false;  ///< as in ResyncRequest
    std::uint64_t edge = UINT64_MAX;  ///< where a frame surely begins
  };
  /// To the nearest frame that can be trusted, the edge at the latest. `file` is the one that the damage is
  /// in, `left` those that the way may lead back to. Over a damaged summary it seals the file and returns
  /// where the summary stands, else UINT64_MAX.
  std::uint64_t go_on_after(ScannedFile& file, const LeftFiles& left, const Search& search);

  /// True when a hostile file has made us read it too often; the rest of it is skipped then.
  bool is_exhausted();

  void note(std::string what);
  /// Of a chunk that is lost.
  void note_lost(std::string what);
  /// So many are missing, which is told only where damage before them does not explain it.
  void lose(std::uint64_t chunks, std::string what);
  /// One that comes late was counted as lost.
  void regain_chunk() noexcept { --damage_.chunks_lost; }

  /// Damage since the last chunk: how many were lost is told by the next one.
  bool unresolved() const noexcept { return unresolved_; }
  void leave_unresolved() noexcept { unresolved_ = true; }
  void resolve() noexcept { unresolved_ = false; }
  /// Nothing will tell any more how many chunks it took: it counts as one.
  void give_up_unresolved() noexcept;

  const Damage& damage() const noexcept { return damage_; }
  Damage take_damage() { return std::exchange(damage_, {}); }
  /// Also of what was taken.
  bool any_damage() const noexcept { return any_damage_; }

 private:
  ByteSource* source_;
  SealedFiles sealed_files_;
  std::uint64_t position_ = 0;
  std::uint64_t jumped_to_ = UINT64_MAX;
  Damage damage_;
  bool any_damage_ = false;
  bool unresolved_ = false;
};

}  // namespace understudy::capture
