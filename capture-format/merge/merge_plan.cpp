#include "capture-format/merge/merge_plan.hpp"

#include "capture-format/merge/merge_chunk.hpp"
#include "capture-format/reader/byte_source.hpp"
#include "capture-format/reader/file_info.hpp"
#include "capture-format/reader/frame_scanner.hpp"

#include <algorithm>
#include <queue>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace understudy::capture {
namespace {

void take_file(MergePlan& plan, MergeSource& source, std::shared_ptr<const FileHeader> file, bool first) {
  const bool unscrubbed = source.info.contains_unscrubbed || file->contains_unscrubbed;
  if (first) source.info = file_info(*file);
  source.info.contains_unscrubbed = unscrubbed;
  plan.files.push_back(std::move(file));
}

void take_chunk(MergePlan& plan, const FrameScanner& scanner) {
  const auto& header = scanner.chunk();
  if (plan.chunks.size() == MergePlan::kChunksMax) {
    plan.complete = false;
    return;
  }
  plan.stored_bytes += header.stored_bytes;
  plan.chunks.push_back({scanner.chunk_offset(), header.min_start_ns, header.max_start_ns,
                         static_cast<std::uint32_t>(plan.sources.size() - 1),
                         static_cast<std::uint32_t>(plan.files.size() - 1), header.raw_bytes,
                         header.stored_bytes, header.exchanges});
}

Outcome<> plan_file(MergePlan& plan, const std::filesystem::path& path, const std::optional<Filter>& filter,
                    const KeyRingPtr& keys) {
  auto opened = open_file_source(path);
  if (!opened) return opened.error();
  if (!(*opened)->is_seekable())
    return Failure{
        fmt::format("{}: is a pipe, which cannot be put in order with other files", path.string())};
  auto& source = plan.sources.emplace_back();
  source.path = path;
  FrameScanner scanner(std::move(*opened), FrameScanner::Content::headers_only);
  scanner.use_keys(keys);
  if (auto begun = scanner.begin(path.string()); !begun) return begun;
  if (filter) scanner.select([&filter](const ChunkHeader& chunk) { return filter->may_match(chunk); });
  bool first = true;
  for (auto event = scanner.next(); event != ScanEvent::end; event = scanner.next()) {
    if (event == ScanEvent::file && first && !scanner.file().locked.empty())
      return Failure{fmt::format("{}: {}", path.string(), scanner.file().locked)};
    if (event == ScanEvent::file) take_file(plan, source, scanner.shared_file(), std::exchange(first, false));
    if (event == ScanEvent::chunk) take_chunk(plan, scanner);
  }
  source.damage = scanner.take_damage();
  source.sealed = scanner.sealed();
  source.totals.file_bytes = scanner.size();
  return {};
}

/// A chunk is needed from its earliest start to its latest.
std::uint64_t most_at_a_time(const std::vector<PlannedChunk>& chunks) {
  using Held = std::pair<std::uint64_t, std::uint64_t>;  // until, bytes
  std::priority_queue<Held, std::vector<Held>, std::greater<>> held;
  std::uint64_t now = 0;
  std::uint64_t most = 0;
  for (const auto& chunk : chunks) {
    for (; !held.empty() && held.top().first < chunk.min_start_ns; held.pop()) now -= held.top().second;
    const auto bytes = MergeChunk::memory_bytes(chunk);
    now += bytes;
    most = std::max(most, now);
    held.push({chunk.max_start_ns, bytes});
  }
  return most;
}

}  // namespace

Outcome<MergePlan> plan_merge(const std::vector<std::filesystem::path>& paths,
                              const std::optional<Filter>& filter, const KeyRingPtr& keys) {
  MergePlan plan;
  plan.sources.reserve(paths.size());
  for (const auto& path : paths)
    if (auto planned = plan_file(plan, path, filter, keys); !planned) return planned.error();
  std::stable_sort(plan.chunks.begin(), plan.chunks.end(), [](const PlannedChunk& a, const PlannedChunk& b) {
    return a.min_start_ns < b.min_start_ns;
  });
  plan.memory_bytes = most_at_a_time(plan.chunks);
  return {boost::system::in_place_value, std::move(plan)};
}

}  // namespace understudy::capture
