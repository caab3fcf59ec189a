#include "capture-format/recorder.hpp"

#include "capture-format/layout/limits.hpp"
#include "capture-format/writer/disk_thread.hpp"
#include "core/base/clock.hpp"

#include <algorithm>

namespace understudy::capture {
namespace {

constexpr std::size_t kChunkBytesMin = 4 * 1024;

}  // namespace

struct Recorder::Impl {
  Impl(const RecorderOptions& given, CaptureDirectory directory)
      : options(given), disk(options, std::move(directory)) {}

  bool drop(GapReason reason, std::uint64_t count, std::uint64_t bytes, std::uint64_t at_ns) {
    gap.add(reason, count, bytes, at_ns);
    disk.counters().exchanges_dropped.fetch_add(count, std::memory_order_relaxed);
    return false;
  }

  /// A buffer with the pending gap at its beginning; false when there is none.
  bool take_buffer() {
    if (current == nullptr) current = disk.take_free();
    if (current == nullptr) return false;
    if (current->empty() && !gap.empty()) write_gap();
    return true;
  }

  void write_gap() {
    if (current->empty()) opened = Monotonic::now();
    current->append_gap(gap);
    gap = Gap{};
  }

  void hand_over() {
    if (current == nullptr || current->empty()) return;
    if (!gap.empty() && current->room() >= kGapRecordBytesMax) write_gap();
    disk.submit(current);
    current = nullptr;
  }

  /// Makes `current` a buffer with that much room. False: no buffer.
  bool make_room(std::size_t needed) {
    if (current != nullptr && needed > current->room()) hand_over();
    if (current == nullptr && (current = disk.take_free()) == nullptr) return false;
    const auto with_gap = needed + kGapRecordBytesMax;
    if (current->empty() && with_gap > current->capacity()) {
      if (!disk.reserve_oversize(with_gap)) return false;
      current->grow(with_gap);
    }
    return take_buffer();
  }

  const RecorderOptions options;
  DiskThread disk;
  ChunkBuilder* current = nullptr;
  Monotonic::time_point opened;
  Gap gap;  // not yet written down
};

Recorder::Recorder() = default;

Outcome<std::unique_ptr<Recorder>> Recorder::open(const RecorderOptions& options) {
  auto directory = CaptureDirectory::open(options.directory);
  if (!directory) return directory.error();
  auto bounded = options;
  bounded.chunk_bytes = std::clamp(options.chunk_bytes, kChunkBytesMin, kRawBytesMax);
  std::unique_ptr<Recorder> recorder(new Recorder);
  recorder->impl_ = std::make_unique<Impl>(bounded, std::move(*directory));
  return recorder;
}

Recorder::~Recorder() {
  if (impl_ == nullptr) return;
  impl_->hand_over();
  impl_->disk.finish(impl_->gap);
}

bool Recorder::append(const ExchangeView& exchange) {
  auto& counters = impl_->disk.counters();
  const auto needed = ChunkBuilder::needed(encoded_size_bound(exchange));
  if (needed + kGapRecordBytesMax > kRawBytesMax)
    return impl_->drop(GapReason::too_large, 1, needed, exchange.start_ns);
  if (counters.paused.load(std::memory_order_relaxed)) {
    const bool full = counters.paused_for_space.load(std::memory_order_relaxed);
    return impl_->drop(full ? GapReason::disk_full : GapReason::write_error, 1, needed, exchange.start_ns);
  }
  if (!impl_->make_room(needed)) return impl_->drop(GapReason::no_buffer, 1, needed, exchange.start_ns);
  if (impl_->current->empty()) impl_->opened = Monotonic::now();
  impl_->current->append(exchange);
  counters.exchanges_recorded.fetch_add(1, std::memory_order_relaxed);
  return true;
}

void Recorder::count_gap(std::uint64_t exchanges, std::uint64_t bytes) {
  impl_->drop(GapReason::upstream, exchanges, bytes, wall_now().value);
}

void Recorder::tick() {
  const auto now = Monotonic::now();
  if (impl_->disk.counters().paused.load(std::memory_order_relaxed)) return;
  // A gap with no exchange after it gets a chunk of its own.
  if (!impl_->gap.empty() && (impl_->current == nullptr || impl_->current->empty())) impl_->take_buffer();
  if (impl_->current == nullptr || impl_->current->empty()) return;
  if (now - impl_->opened >= impl_->options.flush_interval) impl_->hand_over();
}

RecorderStats Recorder::stats() const {
  const auto& counters = impl_->disk.counters();
  const auto get = [](const auto& value) { return value.load(std::memory_order_relaxed); };
  RecorderStats stats;
  stats.exchanges_recorded = get(counters.exchanges_recorded);
  stats.exchanges_dropped = get(counters.exchanges_dropped);
  stats.bytes_raw = get(counters.bytes_raw);
  stats.bytes_stored = get(counters.bytes_stored);
  stats.chunks = get(counters.chunks);
  stats.files_sealed = get(counters.files_sealed);
  stats.files_removed = get(counters.files_removed);
  stats.write_errors = get(counters.write_errors);
  stats.paused = get(counters.paused);
  stats.disk_full = stats.paused && get(counters.paused_for_space);
  return stats;
}

}  // namespace understudy::capture
