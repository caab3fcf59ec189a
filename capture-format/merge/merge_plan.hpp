// Which chunks several files have and when they are needed, by their headers alone.
#pragma once

#include "capture-format/filter.hpp"
#include "capture-format/layout/file_header.hpp"
#include "capture-format/merge/merge_reader.hpp"
#include "core/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace understudy::capture {

struct PlannedChunk {
  std::uint64_t offset = 0;  ///< of its header, in the source
  std::uint64_t min_start_ns = 0;
  std::uint64_t max_start_ns = 0;
  std::uint32_t source = 0;
  std::uint32_t file = 0;  ///< in MergePlan::files
  std::uint32_t raw_bytes = 0;
  std::uint32_t stored_bytes = 0;
  std::uint32_t exchanges = 0;
};

/// About 48 bytes of memory for each chunk.
struct MergePlan {
  /// More chunks are not planned: their files are sorted outside of the memory.
  static constexpr std::size_t kChunksMax = 2'000'000;

  std::vector<MergeSource> sources;
  std::vector<PlannedChunk> chunks;  ///< in the order in which they are needed
  std::vector<std::shared_ptr<const FileHeader>> files;
  std::uint64_t stored_bytes = 0;
  /// Decompressed, and the lists of their exchanges, of all chunks that are needed at the same time.
  std::uint64_t memory_bytes = 0;
  bool complete = true;  ///< false beyond kChunksMax
};

/// Walks the headers of every file, over damage too.
Outcome<MergePlan> plan_merge(const std::vector<std::filesystem::path>& paths,
                              const std::optional<Filter>& filter, const KeyRingPtr& keys);

}  // namespace understudy::capture
