#include "capture-format/merge/merge_reader.hpp"

#include "capture-format/layout/wire.hpp"
#include "capture-format/merge/merge_chunk.hpp"
#include "capture-format/merge/merge_plan.hpp"
#include "capture-format/merge/time_sorter.hpp"
#include "capture-format/pipeline/ordered_work.hpp"
#include "capture-format/pipeline/thread_count.hpp"
#include "capture-format/reader/exchange_decoder.hpp"

#include <queue>
#include <system_error>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace understudy::capture {
namespace {

/// Chunks read ahead; that many threads have work.
constexpr std::size_t kChunksAheadMax = 16;
/// Of the memory, for chunks read ahead.
constexpr std::size_t kReadAheadShare = 4;
constexpr std::size_t kSpareChunksMax = 16;

/// A chunk that is held, by its next exchange.
struct ChunkHead {
  std::uint64_t start_ns = 0;
  std::uint32_t source = 0;
  std::uint64_t offset = 0;
  MergeChunk* chunk = nullptr;

  bool operator>(const ChunkHead& other) const noexcept {
    return std::tie(start_ns, source, offset) > std::tie(other.start_ns, other.source, other.offset);
  }
};

/// Chunks in the order of the plan, decoded ahead by several threads.
class PlannedChunks {
 public:
  PlannedChunks(MergePlan& plan, const MergeOptions& options)
      : plan_(&plan),
        read_ahead_bytes_(options.memory_bytes / kReadAheadShare),
        sources_(plan.sources.size()),
        left_(plan.sources.size()),
        decoding_(tool_threads(options.decode_threads), [](MergeChunk& chunk) { chunk.decode(); }) {
    for (const auto& chunk : plan.chunks) ++left_[chunk.source];
  }

  bool at_end() const noexcept { return given_ == plan_->chunks.size(); }
  /// Of the chunk that `next` will give.
  std::uint64_t next_min_start_ns() const noexcept { return plan_->chunks[given_].min_start_ns; }

  std::unique_ptr<MergeChunk> next() {
    while (read_ < plan_->chunks.size() && decoding_.size() < kChunksAheadMax &&
           (decoding_.size() == 0 || bytes_ahead_ < read_ahead_bytes_))
      read_one();
    auto chunk = decoding_.pop();
    bytes_ahead_ -= MergeChunk::memory_bytes(plan_->chunks[given_]);
    ++given_;
    return chunk;
  }

  void recycle(std::unique_ptr<MergeChunk> chunk) {
    if (spare_.size() < kSpareChunksMax) spare_.push_back(std::move(chunk));
  }

 private:
  void read_one() {
    const auto& planned = plan_->chunks[read_++];
    auto chunk = std::make_unique<MergeChunk>();
    if (!spare_.empty()) {
      chunk = std::move(spare_.back());
      spare_.pop_back();
    }
    chunk->read(planned, plan_->files[planned.file], source(planned.source));
    if (--left_[planned.source] == 0) sources_[planned.source].reset();
    bytes_ahead_ += MergeChunk::memory_bytes(planned);
    decoding_.push(std::move(chunk));
  }

  /// Open from its first chunk to its last. One that has gone since reads as empty, which is damage.
  ByteSource& source(std::size_t index) {
    auto& source = sources_[index];
    if (!source) {
      auto opened = open_file_source(plan_->sources[index].path);
      source = opened ? std::move(*opened) : make_memory_source({});
    }
    return *source;
  }

  MergePlan* plan_;
  std::uint64_t read_ahead_bytes_;
  std::vector<std::unique_ptr<ByteSource>> sources_;
  std::vector<std::size_t> left_;  ///< chunks of each source that are not read yet
  std::size_t read_ = 0;
  std::size_t given_ = 0;
  std::uint64_t bytes_ahead_ = 0;
  std::vector<std::unique_ptr<MergeChunk>> spare_;
  OrderedWork<MergeChunk> decoding_;
};

}  // namespace

struct MergeReader::Impl {
  Impl(MergePlan planned, MergeOptions given) : plan(std::move(planned)), options(std::move(given)) {
    if (!on_disk()) chunks.emplace(plan, options);
  }

  bool on_disk() const noexcept { return !plan.complete || plan.memory_bytes > options.memory_bytes; }

  Outcome<const ExchangeView*> next() {
    while (true) {
      auto given = on_disk() ? next_sorted() : next_of_chunks();
      if (!given || *given == nullptr) return given;
      if (!on_disk() && options.filter && !options.filter->matches(**given)) continue;
      ++plan.sources[source].totals.exchanges;
      return given;
    }
  }

  const ExchangeView* next_of_chunks() {
    release_used_up();
    while (!chunks->at_end() && (heads.empty() || chunks->next_min_start_ns() <= heads.top().start_ns))
      hold(chunks->next());
    if (heads.empty()) return nullptr;
    auto head = heads.top();
    heads.pop();
    // Decoded once already: it cannot fail.
    decode_record(head.chunk->take_next(), exchange, ignored);
    source = head.source;
    if (!head.chunk->is_used_up()) {
      head.start_ns = head.chunk->next_start_ns();
      heads.push(head);
    } else {
      used_up = head.chunk;
    }
    return &exchange;
  }

  void hold(std::unique_ptr<MergeChunk> chunk) {
    const auto& planned = chunk->planned();
    auto& from = plan.sources[planned.source];
    done += planned.stored_bytes;
    from.totals.position = planned.offset;
    if (chunk->failure()) {
      add_lost_chunk(from.damage, chunk->header(), planned.offset, *chunk->failure());
    } else {
      ++from.totals.chunks;
      from.totals.raw_bytes += chunk->raw_bytes();
      from.totals.stored_bytes += chunk->header().header_bytes + planned.stored_bytes;
      from.gaps.add(chunk->gap());
    }
    if (chunk->is_used_up()) return chunks->recycle(std::move(chunk));
    heads.push({chunk->next_start_ns(), planned.source, planned.offset, chunk.get()});
    const auto* const key = chunk.get();
    held.emplace(key, std::move(chunk));
  }

  /// The chunk whose last exchange was given is not looked at any more.
  void release_used_up() {
    if (used_up == nullptr) return;
    chunks->recycle(std::move(held.extract(used_up).mapped()));
    used_up = nullptr;
  }

  Outcome<const ExchangeView*> next_sorted() {
    if (!sorter)
      if (auto sorted = sort_all(); !sorted) return sorted.error();
    auto given = sorter->next();
    if (given && *given != nullptr) source = sorter->source();
    return given;
  }

  Outcome<> sort_all() {
    TimeSorter::Options sorting;
    sorting.memory_bytes = options.memory_bytes;
    sorting.threads = options.decode_threads;
    sorting.scratch = options.scratch;
    sorting.encrypt = options.encrypt_scratch || options.keys != nullptr;
    std::error_code ignored_error;
    if (sorting.scratch.empty()) sorting.scratch = std::filesystem::temp_directory_path(ignored_error);
    if (sorting.scratch.empty()) sorting.scratch = "/tmp";
    sorter = std::make_unique<TimeSorter>(std::move(sorting));
    plan.chunks = {};
    std::uint64_t of = 0;
    for (const auto& each : plan.sources) of += each.totals.file_bytes;
    for (std::uint32_t index = 0; index < plan.sources.size(); ++index)
      if (auto read = sort_file(index, of); !read) return read;
    return sorter->finish();
  }

  Outcome<> sort_file(std::uint32_t index, std::uint64_t of) {
    auto& from = plan.sources[index];
    ReaderOptions reading;
    reading.filter = options.filter;
    reading.keys = options.keys;
    reading.decode_threads = options.decode_threads;
    reading.read_ahead_bytes = options.memory_bytes / kReadAheadShare;
    auto reader = Reader::open(from.path, reading);
    if (!reader) return reader.error();
    while (const auto* each = reader->next()) {
      if (auto added = sorter->add(*each, index); !added) return added;
      const bool go_on = !options.keep_going || options.keep_going(done + reader->totals().position, of);
      if (!go_on) return Failure{"interrupted"};
    }
    done += from.totals.file_bytes;
    from.damage = reader->damage();
    from.gaps = reader->gaps();
    from.totals = reader->totals();
    from.totals.exchanges = 0;  // counted when they are given
    from.sealed = reader->sealed();
    return {};
  }

  MergePlan plan;
  MergeOptions options;
  std::optional<PlannedChunks> chunks;
  std::unordered_map<const MergeChunk*, std::unique_ptr<MergeChunk>> held;
  std::priority_queue<ChunkHead, std::vector<ChunkHead>, std::greater<>> heads;
  MergeChunk* used_up = nullptr;
  std::unique_ptr<TimeSorter> sorter;
  std::size_t source = 0;
  std::uint64_t done = 0;
  ExchangeView exchange;
  Gap ignored;
};

MergeReader::MergeReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MergeReader::MergeReader(MergeReader&&) noexcept = default;
MergeReader& MergeReader::operator=(MergeReader&&) noexcept = default;
MergeReader::~MergeReader() = default;

Outcome<MergeReader> MergeReader::open(const std::vector<std::filesystem::path>& paths,
                                       MergeOptions options) {
  auto plan = plan_merge(paths, options.filter, options.keys);
  if (!plan) return plan.error();
  return MergeReader(std::make_unique<Impl>(std::move(*plan), std::move(options)));
}

Outcome<const ExchangeView*> MergeReader::next() { return impl_->next(); }

std::size_t MergeReader::source() const noexcept { return impl_->source; }
const std::vector<MergeSource>& MergeReader::sources() const noexcept { return impl_->plan.sources; }
std::uint64_t MergeReader::bytes_done() const noexcept { return impl_->done; }
std::uint64_t MergeReader::bytes_in_all() const noexcept {
  if (!impl_->on_disk()) return impl_->plan.stored_bytes;
  std::uint64_t all = 0;
  for (const auto& source : impl_->plan.sources) all += source.totals.file_bytes;
  return all;
}
bool MergeReader::sorts_on_disk() const noexcept { return impl_->on_disk(); }

}  // namespace understudy::capture
