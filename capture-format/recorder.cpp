#include "capture-format/recorder.hpp"

#include "capture-format/layout/limits.hpp"
#include "capture-format/writer/disk_thread.hpp"
#include "core/base/clock.hpp"

#include <algorithm>

namespace understudy::capture {
namespace {

constexpr std::size_t kChunkBytesMin = 4 * 1024;
/// Exchanges that took longer go to chunks of their own, so that the others keep a tight range of starts.
constexpr std::uint64_t kStragglerNs = 5'000'000'000;

/// An exchange that was handed over or given up before its response had ended has no time of that.
bool is_straggler(const ExchangeView& exchange) {
  const auto done_ns = exchange.timings.response_done_ns;
  return done_ns != 0 ? done_ns >= kStragglerNs : exchange.start_ns + kStragglerNs <= wall_now().value;
}

bool has_body(const ExchangeView& exchange) noexcept {
  return !exchange.request.body.empty() || (exchange.has_response && !exchange.response.body.empty());
}

/// A chunk that is being filled.
struct Lane {
  ChunkKind kind = ChunkKind::data;
  ChunkBuilder* chunk = nullptr;
  Monotonic::time_point opened;

  bool empty() const noexcept { return chunk == nullptr || chunk->empty(); }
};

}  // namespace

struct Recorder::Impl {
  Impl(const RecorderOptions& given, CaptureDirectory directory, std::function<void()> before_chunk)
      : options(given),
        disk(options, std::move(directory), std::move(before_chunk)),
        ladder(disk.buffers()) {}

  bool drop(GapReason reason, std::uint64_t count, std::uint64_t bytes, std::uint64_t at_ns) {
    gap.add(reason, count, bytes, at_ns);
    disk.counters().exchanges_dropped.fetch_add(count, std::memory_order_relaxed);
    return false;
  }

  /// Looks how full the queue is.
  void move_on_ladder() {
    const auto held = static_cast<std::size_t>(ordinary.chunk != nullptr) +
                      static_cast<std::size_t>(stragglers.chunk != nullptr);
    const auto free = disk.free_buffers();
    const auto rung = ladder.move(disk.buffers() - held - free);
    const bool exhausted = free == 0 && ordinary.chunk == nullptr;
    disk.counters().rung.store(exhausted ? Rung::drop : rung, std::memory_order_relaxed);
  }

  Bodies bodies() const noexcept {
    return ladder.rung() == Rung::heads_only ? Bodies::leave_out : Bodies::keep;
  }

  /// False: there is no buffer.
  bool take_buffer(Lane& lane) {
    if (lane.chunk != nullptr) return true;
    lane.chunk = disk.take_free();
    move_on_ladder();
    if (lane.chunk != nullptr) lane.chunk->set_kind(lane.kind);
    return lane.chunk != nullptr;
  }

  void write_gap() {
    if (ordinary.chunk->empty()) ordinary.opened = Monotonic::now();
    ordinary.chunk->append_gap(gap);
    gap = Gap{};
  }

  void hand_over(Lane& lane) {
    if (lane.empty()) return;
    if (&lane == &ordinary && !gap.empty() && lane.chunk->room() >= kGapRecordBytesMax) write_gap();
    disk.submit(lane.chunk);
    lane.chunk = nullptr;
    move_on_ladder();
  }

  /// Makes the lane's chunk a buffer with that much room, the ordinary one with the pending gap at its
  /// beginning. False: no buffer.
  bool make_room(Lane& lane, std::size_t needed) {
    if (lane.chunk != nullptr && needed > lane.chunk->room()) hand_over(lane);
    if (!take_buffer(lane)) return false;
    if (!lane.chunk->empty()) return true;
    const auto with_gap = needed + kGapRecordBytesMax;
    if (with_gap > lane.chunk->capacity()) {
      if (!disk.reserve_oversize(with_gap)) return false;
      lane.chunk->grow(with_gap);
    }
    lane.opened = Monotonic::now();
    if (&lane == &ordinary && !gap.empty()) write_gap();
    return true;
  }

  void flush_when_due(Lane& lane, Monotonic::time_point now) {
    if (!lane.empty() && now - lane.opened >= options.flush_interval) hand_over(lane);
  }

  const RecorderOptions options;
  DiskThread disk;
  OverloadLadder ladder;
  Lane ordinary;
  Lane stragglers{ChunkKind::straggler, nullptr, {}};
  Gap gap;  // not yet written down
};

Recorder::Recorder() = default;

Outcome<std::unique_ptr<Recorder>> Recorder::open(const RecorderOptions& options,
                                                  std::function<void()> before_chunk) {
  auto directory = CaptureDirectory::open(options.directory);
  if (!directory) return directory.error();
  const auto keys = open_key_ring(options.encryption);
  if (!keys) return keys.error();
  // What does not work now would only be seen as a capture that pauses at its first file.
  FileHeader trial;
  trial.uuid = random_uuid();
  if (const auto sealer = FileSealer::make(keys->get(), trial); !sealer) return sealer.error();
  auto bounded = options;
  bounded.chunk_bytes = std::clamp(options.chunk_bytes, kChunkBytesMin, kRawBytesMax);
  std::unique_ptr<Recorder> recorder(new Recorder);
  recorder->impl_ = std::make_unique<Impl>(bounded, std::move(*directory), std::move(before_chunk));
  return recorder;
}

Recorder::~Recorder() {
  if (impl_ == nullptr) return;
  impl_->hand_over(impl_->ordinary);
  impl_->hand_over(impl_->stragglers);
  impl_->disk.finish(impl_->gap);
}

bool Recorder::append(const ExchangeView& exchange) {
  auto& counters = impl_->disk.counters();
  auto& lane = is_straggler(exchange) ? impl_->stragglers : impl_->ordinary;
  const auto bodies = impl_->bodies();
  // In one pass as long as there is room, and that is nearly always.
  const bool paused = counters.paused.load(std::memory_order_relaxed);
  if (paused || lane.empty() || !lane.chunk->append(exchange, bodies)) {
    const auto needed = ChunkBuilder::needed(encoded_size_bound(exchange, bodies));
    const auto dropped = [&](GapReason reason) { return impl_->drop(reason, 1, needed, exchange.start_ns); };
    if (needed + kGapRecordBytesMax > kRawBytesMax) return dropped(GapReason::too_large);
    if (paused)
      return dropped(counters.paused_for_space.load(std::memory_order_relaxed) ? GapReason::disk_full
                                                                               : GapReason::write_error);
    if (!impl_->make_room(lane, needed) || !lane.chunk->append(exchange, bodies))
      return dropped(GapReason::no_buffer);
  }
  if (bodies == Bodies::leave_out && has_body(exchange))
    counters.exchanges_without_bodies.fetch_add(1, std::memory_order_relaxed);
  counters.exchanges_recorded.fetch_add(1, std::memory_order_relaxed);
  if (lane.chunk->full()) impl_->hand_over(lane);
  return true;
}

void Recorder::count_gap(std::uint64_t exchanges, std::uint64_t bytes) {
  impl_->drop(GapReason::upstream, exchanges, bytes, wall_now().value);
}

void Recorder::tick() {
  const auto now = Monotonic::now();
  if (impl_->disk.counters().paused.load(std::memory_order_relaxed)) return;
  // A gap with no exchange after it gets a chunk of its own.
  auto& impl = *impl_;
  if (!impl.gap.empty() && impl.ordinary.empty() && impl.take_buffer(impl.ordinary)) impl.write_gap();
  impl.flush_when_due(impl.ordinary, now);
  impl.flush_when_due(impl.stragglers, now);
  impl.move_on_ladder();
}

std::vector<Interruption> Recorder::take_interruptions() { return impl_->disk.take_interruptions(); }

RecorderStats Recorder::stats() const {
  const auto& counters = impl_->disk.counters();
  const auto get = [](const auto& value) { return value.load(std::memory_order_relaxed); };
  RecorderStats stats;
  stats.exchanges_recorded = get(counters.exchanges_recorded);
  stats.exchanges_dropped = get(counters.exchanges_dropped);
  stats.bytes_raw = get(counters.bytes_raw);
  stats.bytes_stored = get(counters.bytes_stored);
  for (const auto& of_effort : counters.chunks) stats.chunks += get(of_effort);
  stats.chunks_fast = get(counters.chunks[static_cast<std::size_t>(Effort::fast)]);
  stats.chunks_fastest = get(counters.chunks[static_cast<std::size_t>(Effort::fastest)]);
  stats.chunks_raw = get(counters.chunks[static_cast<std::size_t>(Effort::none)]);
  stats.exchanges_without_bodies = get(counters.exchanges_without_bodies);
  stats.files_sealed = get(counters.files_sealed);
  stats.files_removed = get(counters.files_removed);
  stats.write_errors = get(counters.write_errors);
  stats.interruptions = get(counters.interruptions);
  stats.rung = get(counters.rung);
  stats.paused = get(counters.paused);
  stats.disk_full = stats.paused && get(counters.paused_for_space);
  stats.no_key = stats.paused && get(counters.paused_for_key);
  return stats;
}

}  // namespace understudy::capture
