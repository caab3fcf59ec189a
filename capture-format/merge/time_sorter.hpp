// Any number of exchanges in any order, out again by time, in bounded memory: sorted runs on disk, then
// merged.
#pragma once

#include "capture-format/merge/sorted_runs.hpp"
#include "capture-format/record.hpp"
#include "core/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

namespace understudy::capture {

/// An external merge sort by start time; exchanges of the same time come out in the order they went in. What
/// fits into `memory_bytes` never touches the disk; else runs are put into a file without a name.
class TimeSorter {
 public:
  struct Options {
    std::filesystem::path scratch;  ///< the directory of that file
    std::size_t memory_bytes = std::size_t{96} << 20;
    unsigned threads = 0;  ///< that compress runs; 0: one for each CPU of this process
    bool encrypt = false;  ///< by a key that nobody has once this process has ended
  };

  explicit TimeSorter(Options options);
  ~TimeSorter();
  TimeSorter(const TimeSorter&) = delete;
  TimeSorter& operator=(const TimeSorter&) = delete;

  /// Copies the exchange; `source` comes back with it. Fails when the disk does.
  Outcome<> add(const ExchangeView& exchange, std::uint32_t source = 0);
  /// After the last one.
  Outcome<> finish();
  /// Then each exchange in turn, null at the end. Valid until the next call.
  Outcome<const ExchangeView*> next();
  /// Of the exchange that `next` gave.
  std::uint32_t source() const noexcept { return source_; }

 private:
  struct Entry {
    std::uint64_t start_ns = 0;
    std::size_t offset = 0;
    std::uint32_t size = 0;
    std::uint32_t source = 0;
  };
  struct Merging;

  RunEntry run_entry(const Entry& entry) const noexcept;
  void sort();
  Outcome<> spill();
  /// Many runs become one, so that reading them side by side stays within the memory.
  Outcome<> collapse_runs();
  Outcome<const ExchangeView*> decoded(const RunEntry& entry);

  Options options_;
  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t used_ = 0;
  std::vector<Entry> entries_;
  std::size_t given_ = 0;
  SortedRuns runs_file_;
  std::vector<SortedRuns::Run> runs_;
  std::unique_ptr<Merging> merging_;
  ExchangeView exchange_;
  std::uint32_t source_ = 0;
};

}  // namespace understudy::capture
