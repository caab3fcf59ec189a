// One chunk of a merge: read, decoded by any thread, then given out exchange by exchange in their order.
#pragma once

#include "capture-format/merge/merge_plan.hpp"
#include "capture-format/reader/byte_source.hpp"
#include "capture-format/reader/chunk_step.hpp"
#include "capture-format/writer/exchange_encoder.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::capture {

/// Its memory is used anew for the next chunk.
class MergeChunk {
 public:
  /// Of any chunk that is held, however small: this object, the views of an exchange, what the heap adds.
  static constexpr std::uint64_t kHeldBytes = 4096;

  /// What it holds from `decode` until it is used up.
  static std::uint64_t memory_bytes(const PlannedChunk& chunk) noexcept {
    return kHeldBytes + chunk.raw_bytes + std::uint64_t{chunk.exchanges} * sizeof(Entry);
  }

  /// Reads header and stored bytes; what is wrong with them is told by `failure` after `decode`.
  void read(const PlannedChunk& planned, std::shared_ptr<const FileHeader> file, ByteSource& source);
  /// Checks, decompresses, and puts its exchanges in order.
  void decode();

  const PlannedChunk& planned() const noexcept { return planned_; }
  const ChunkHeader& header() const noexcept { return step_.chunk; }
  const std::optional<std::string>& failure() const noexcept { return step_.failure; }
  const Gap& gap() const noexcept { return gap_; }
  std::size_t raw_bytes() const noexcept { return step_.raw.size(); }

  bool is_used_up() const noexcept { return next_ == entries_.size(); }
  std::uint64_t next_start_ns() const noexcept { return entries_[next_].start_ns; }
  /// The record of the next exchange, which is then used.
  std::string_view take_next() noexcept;

 private:
  struct Entry {
    std::uint64_t start_ns = 0;
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
  };

  void index_records();

  PlannedChunk planned_;
  ChunkStep step_;
  bool is_read_ = false;
  std::vector<Entry> entries_;
  std::size_t next_ = 0;
  Gap gap_;
  ExchangeView exchange_;
};

}  // namespace understudy::capture
