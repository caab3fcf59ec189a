// Any number of exchanges in any order, out again by time, in bounded memory: sorted runs on disk, then
// merged.
#pragma once

#include "capture-format/file_writer.hpp"
#include "capture-format/record.hpp"
#include "core/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace understudy::capture {

/// An external merge sort by start time; exchanges of the same time come out in the order they went in. What
/// fits into `memory_bytes` never touches the disk; else runs are put, as captures, into a directory of their
/// own beside the output, which is removed at the end.
class TimeSorter {
 public:
  struct Options {
    std::filesystem::path scratch;  ///< where the directory of the runs is made
    std::size_t memory_bytes = std::size_t{96} << 20;
    bool contains_unscrubbed = false;  ///< the runs are marked as their exchanges are
    KeyRingPtr keys;                   ///< present: the runs are encrypted (by an ephemeral key, best)
  };

  explicit TimeSorter(Options options);
  ~TimeSorter();
  TimeSorter(const TimeSorter&) = delete;
  TimeSorter& operator=(const TimeSorter&) = delete;

  /// Copies the exchange. Fails when the disk does.
  Outcome<> add(const ExchangeView& exchange);

  /// Calls `take` with each exchange in order; a failure of it ends the sorting. Once.
  using Take = std::function<Outcome<>(const ExchangeView&)>;
  Outcome<> finish(const Take& take);

 private:
  struct Entry {
    std::uint64_t start_ns = 0;
    std::size_t offset = 0;
    std::size_t size = 0;
  };

  Outcome<> each_in_memory(const Take& take);
  Outcome<std::unique_ptr<FileWriter>> open_run();
  Outcome<> spill();
  /// Many runs become one, so that no more than kRunsMax are ever open.
  Outcome<> collapse_runs();
  Outcome<> merge_runs(const Take& take);

  Options options_;
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t used_ = 0;
  std::vector<Entry> entries_;
  std::filesystem::path directory_;  ///< empty until the first run
  std::vector<std::filesystem::path> runs_;
  std::size_t next_run_ = 0;
};

}  // namespace understudy::capture
