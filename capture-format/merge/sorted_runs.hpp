// Sorted runs of encoded exchanges in a scratch file: written one after the other, read side by side.
#pragma once

#include "capture-format/crypto/secret_key.hpp"
#include "capture-format/merge/scratch_file.hpp"
#include "capture-format/pipeline/ordered_work.hpp"
#include "capture-format/reader/chunk_bytes.hpp"
#include "core/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

namespace understudy::capture {

/// One encoded exchange in a run.
struct RunEntry {
  std::uint64_t start_ns = 0;
  std::uint32_t source = 0;
  std::string_view record;
};

/// Entries lie in blocks of at most kBlockBytes (one entry that is larger has its own), each one zstd frame
/// with a checksum, compressed by several threads, and encrypted if asked for.
class SortedRuns {
 public:
  static constexpr std::size_t kBlockBytes = std::size_t{128} << 10;

  /// Where a run lies, and what reading it takes.
  struct Run {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::size_t block_bytes = 0;  ///< of its largest block
  };

  SortedRuns(unsigned threads, bool encrypted);
  ~SortedRuns();

  bool is_open() const noexcept { return file_.is_open(); }
  Outcome<> open(const std::filesystem::path& directory);

  /// To the run that is being written.
  Outcome<> append(const RunEntry& entry);
  Outcome<Run> end_run();
  /// It will not be read again.
  void drop(const Run& run) noexcept { file_.release(run.begin, run.end); }

  /// Reads one run from its begin, a block at a time.
  class Cursor {
   public:
    Cursor(SortedRuns& runs, const Run& run) noexcept : runs_(&runs), at_(run.begin), end_(run.end) {}
    /// False at the end. What the entry shows is valid until the next call.
    Outcome<bool> next();
    const RunEntry& entry() const noexcept { return entry_; }

   private:
    SortedRuns* runs_;
    std::uint64_t at_;
    std::uint64_t end_;
    ChunkBytes block_;
    std::string_view left_;
    RunEntry entry_;
  };

 private:
  struct Block;
  struct Decompression;
  static constexpr std::size_t kBlocksInFlight = 32;

  std::unique_ptr<Block> fresh_block(std::size_t bytes);
  Outcome<> push_block();
  Outcome<> write_one();
  Outcome<std::string_view> read_block(std::uint64_t& at, ChunkBytes& into);

  ScratchFile file_;
  std::unique_ptr<Block> filling_;
  std::unique_ptr<Block> spare_;
  std::optional<SecretKey> key_;
  bool is_encrypted_;
  std::uint64_t next_number_ = 0;
  std::uint64_t run_begin_ = 0;
  std::size_t largest_block_ = 0;
  std::unique_ptr<Decompression> decompression_;
  OrderedWork<Block> compressing_;
};

}  // namespace understudy::capture
