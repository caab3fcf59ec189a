// The frames of a capture in their order, chunks decompressed: one at a time, or ahead by several threads.
#pragma once

#include "capture-format/filter.hpp"
#include "capture-format/pipeline/ordered_work.hpp"
#include "capture-format/reader/chunk_beginning.hpp"
#include "capture-format/reader/chunk_step.hpp"
#include "capture-format/reader/frame_scanner.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace understudy::capture {

/// The caller's thread scans (reads and checks the stored bytes), so damage is met in the same order whatever
/// the number of threads. Not thread-safe itself.
class ChunkFeed {
 public:
  struct Options {
    unsigned threads = 1;              ///< that decompress, the caller among them
    std::size_t read_ahead_bytes = 0;  ///< stored and raw, of chunks read ahead; one more may go over it
    std::uint64_t threads_from_bytes = 0;
  };

  ChunkFeed(FrameScanner& scanner, const Options& options) : scanner_(&scanner), options_(options) {}

  /// Only chunks, and of these only the beginning, that can hold what the filter wants.
  void select(const Filter& filter);

  /// The next frame; at the end an `end`, again and again. Valid until the next call.
  ChunkStep& next();
  /// The same without reading further than that frame: for a file that grows.
  ChunkStep& next_frame();

 private:
  /// Chunks in flight; that many threads have work.
  static constexpr std::size_t kStepsMax = 16;

  std::unique_ptr<ChunkStep> scan();
  bool threads_pay() const;
  void read_ahead();
  void recycle();

  FrameScanner* scanner_;
  Options options_;
  std::optional<ChunkBeginning> beginning_;
  std::unique_ptr<ChunkStep> current_;
  std::vector<std::unique_ptr<ChunkStep>> spare_;
  std::unique_ptr<OrderedWork<ChunkStep>> ahead_;  ///< when there are threads
  std::size_t bytes_ahead_ = 0;
  std::size_t steps_wanted_ = 2;  ///< grows, so that the first exchange does not wait for a long read-ahead
  bool at_end_ = false;
};

}  // namespace understudy::capture
