#include "capture-format/writer/disk_thread.hpp"

#include "capture-format/layout/file_names.hpp"
#include "capture-format/layout/limits.hpp"

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

namespace understudy::capture {
namespace {

constexpr auto kRetryInterval = std::chrono::seconds(1);
/// How often the captures in the directory are counted against `keep`, apart from each rotation.
constexpr auto kSweepInterval = std::chrono::seconds(10);
constexpr auto kPollInterval = std::chrono::milliseconds(200);
constexpr std::size_t kGapChunkBytes = 1024;
/// Records larger than a chunk may hold this much memory together.
constexpr std::size_t kOversizeBytesMax = 2 * kRawBytesMax;
/// With less free space than this many chunks a paused recorder does not start again.
constexpr std::uint64_t kChunksFreeToResume = 2;

/// Without a chunk buffer left there is nothing that a chunk could cost less by than raw.
constexpr Effort effort_at(Rung rung) noexcept {
  return static_cast<Effort>(std::min(static_cast<unsigned>(rung), static_cast<unsigned>(Effort::none)));
}

}  // namespace

DiskThread::DiskThread(const RecorderOptions& options, CaptureDirectory directory,
                       std::function<void()> before_chunk)
    : options_(options),
      host_(host_name()),
      directory_(std::move(directory)),
      keeper_(directory_.descriptor(), options.service, options.keep),
      filled_(std::max<std::size_t>(options.chunks_in_flight, 2)),
      free_(std::max<std::size_t>(options.chunks_in_flight, 2)),
      before_chunk_(std::move(before_chunk)),
      orphans_(directory_, options.service),
      compressor_(options.compression_level),
      gap_chunk_(kGapChunkBytes) {
  wake_descriptor_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  for (std::size_t i = 0; i < std::max<std::size_t>(options.chunks_in_flight, 2); ++i) {
    pool_.push_back(std::make_unique<ChunkBuilder>(options.chunk_bytes));
    free_.try_push(pool_.back().get());
  }
  // Signals are for the threads that the program's own loop runs on.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_setname_np(thread_.native_handle(), "capture-disk");
}

DiskThread::~DiskThread() {
  if (thread_.joinable()) finish({});
  if (wake_descriptor_ >= 0) close(wake_descriptor_);
}

ChunkBuilder* DiskThread::take_free() {
  ChunkBuilder* chunk = nullptr;
  return free_.try_pop(chunk) ? chunk : nullptr;
}

void DiskThread::submit(ChunkBuilder* chunk) {
  filled_.try_push(std::move(chunk));  // cannot be full: it has room for the whole pool
  wake();
}

bool DiskThread::reserve_oversize(std::size_t bytes) {
  if (oversize_bytes_.load(std::memory_order_relaxed) + bytes > kOversizeBytesMax) return false;
  oversize_bytes_.fetch_add(bytes, std::memory_order_relaxed);
  return true;
}

void DiskThread::finish(const Gap& last) {
  last_gap_ = last;
  closing_.store(true, std::memory_order_release);
  wake();
  thread_.join();
}

void DiskThread::wake() {
  const std::uint64_t one = 1;
  // A full counter means that the thread has been woken already.
  [[maybe_unused]] const auto written = ::write(wake_descriptor_, &one, sizeof one);
}

void DiskThread::wait() {
  pollfd woken{wake_descriptor_, POLLIN, 0};
  if (poll(&woken, 1, static_cast<int>(kPollInterval.count())) > 0) {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto read = ::read(wake_descriptor_, &count, sizeof count);
  }
}

void DiskThread::run() {
  find_orphans();
  while (true) {
    const bool closing = closing_.load(std::memory_order_acquire);
    retry_when_due(closing);
    ChunkBuilder* chunk = nullptr;
    while (filled_.try_pop(chunk)) {
      if (before_chunk_) before_chunk_();
      process(*chunk);
      give_back(chunk);
      retry_when_due(false);
    }
    if (closing) break;
    if (rotation_due()) seal();
    sync_when_due();
    if (Clock::now() >= next_sweep_) keep_within_limits();
    if (!rescue_orphans()) wait();
  }
  lost_.add(last_gap_);
  if (!lost_.empty() && !counters_.paused.load(std::memory_order_relaxed)) write_lost();
  seal();
}

/// The time in which nothing was recorded is in the first chunk of the new file, also when nobody comes.
void DiskThread::find_orphans() {
  orphans_.find();
  const auto gap = orphans_.gap();
  if (gap.empty()) return;
  lost_.add(gap);
  write_lost();
}

/// A bounded step at a time, when no chunk waits. False: nothing to do.
bool DiskThread::rescue_orphans() {
  if (orphans_.done()) return false;
  if (auto ended = orphans_.step()) {
    const std::lock_guard lock(interruptions_mutex_);
    interruptions_.push_back(std::move(*ended));
    counters_.interruptions.fetch_add(1, std::memory_order_relaxed);
  }
  return true;
}

std::vector<Interruption> DiskThread::take_interruptions() {
  const std::lock_guard lock(interruptions_mutex_);
  return std::exchange(interruptions_, {});
}

void DiskThread::process(ChunkBuilder& chunk) {
  chunk.complete();
  const bool written =
      !counters_.paused.load(std::memory_order_relaxed) && write_lost() && write_or_reopen(chunk);
  if (!written) lose(chunk);
  if (rotation_due()) seal();
  sync_when_due();
}

void DiskThread::sync_when_due() {
  if (options_.sync_interval.count() == 0 || !file_.is_open() || file_.stored_bytes() == synced_bytes_ ||
      Clock::now() < next_sync_)
    return;
  next_sync_ = Clock::now() + options_.sync_interval;
  synced_bytes_ = file_.stored_bytes();
  if (file_.sync()) return;
  counters_.write_errors.fetch_add(1, std::memory_order_relaxed);
  file_.abandon();
}

void DiskThread::keep_within_limits() {
  next_sweep_ = Clock::now() + kSweepInterval;
  counters_.files_removed.fetch_add(keeper_.sweep(directory_.free_bytes()), std::memory_order_relaxed);
}

void DiskThread::give_back(ChunkBuilder* chunk) {
  if (chunk->capacity() > chunk->ordinary_capacity())
    oversize_bytes_.fetch_sub(chunk->capacity(), std::memory_order_relaxed);
  chunk->clear();
  free_.try_push(std::move(chunk));
}

/// What a failed write left on disk is unknown, so the chunk goes whole into a new file. A second failure
/// pauses the recorder, and so does a full disk, where the file ends with the chunks that have found room.
bool DiskThread::write_or_reopen(const ChunkBuilder& chunk) {
  auto header = chunk.header();
  const auto effort = effort_at(counters_.rung.load(std::memory_order_relaxed));
  const auto stored = compressor_.compress(chunk.raw(), header, effort);
  if (!stored) return false;
  boost::system::error_code error;
  for (int attempt = 0; attempt < 2 && !is_full(error); ++attempt) {
    if (!ensure_file()) return false;
    error = write(header, *stored, chunk.routes());
    if (error) continue;
    counters_.chunks[static_cast<std::size_t>(effort)].fetch_add(1, std::memory_order_relaxed);
    return true;
  }
  pause(error);
  return false;
}

boost::system::error_code DiskThread::write(ChunkHeader& header, std::string_view stored,
                                            const RouteTable& routes) {
  const auto before = file_.stored_bytes();
  if (auto written = file_.write_chunk(header, stored, &routes); !written) {
    counters_.write_errors.fetch_add(1, std::memory_order_relaxed);
    if (is_full(written.error()) || file_.chunks() == 0)
      seal();
    else
      file_.abandon();
    return written.error();
  }
  counters_.bytes_raw.fetch_add(header.raw_bytes, std::memory_order_relaxed);
  counters_.bytes_stored.fetch_add(file_.stored_bytes() - before, std::memory_order_relaxed);
  return {};
}

/// Writes down what this thread has lost since, before anything else.
bool DiskThread::write_lost() {
  if (lost_.empty()) return true;
  gap_chunk_.clear();
  gap_chunk_.append_gap(lost_);
  gap_chunk_.complete();
  if (!write_or_reopen(gap_chunk_)) return false;
  lost_ = Gap{};
  return true;
}

bool DiskThread::ensure_file() {
  if (file_.is_open()) return true;
  if (counters_.paused.load(std::memory_order_relaxed)) return false;
  FileHeader header;
  header.uuid = random_uuid();
  header.host = host_;
  header.service = options_.service;
  header.build = std::string("understudy ") + UNDERSTUDY_VERSION;
  header.created_ns = wall_now().value;
  header.scrub_policy = options_.scrub_policy;
  header.contains_unscrubbed = options_.contains_unscrubbed;
  header.source = "proxy";
  file_name_ = capture_file_name(options_.service, host_, header.created_ns, ++file_sequence_, header.uuid);
  if (auto created = create_file(header); !created) {
    counters_.write_errors.fetch_add(1, std::memory_order_relaxed);
    pause(created.error());
    return false;
  }
  counters_.bytes_stored.fetch_add(file_.stored_bytes(), std::memory_order_relaxed);
  file_opened_ = Clock::now();
  next_sync_ = file_opened_ + options_.sync_interval;
  synced_bytes_ = 0;
  return true;
}

/// With a key command this waits for it; buffers fill meanwhile, and then exchanges are dropped and counted.
Result<> DiskThread::create_file(FileHeader& header) {
  const boost::system::error_code no_key(ENOKEY, boost::system::system_category());
  // Read for each file: a key that is put first in the key file is used from the next file on.
  const auto keys = open_key_ring(options_.encryption);
  if (!keys) return no_key;
  auto sealer = FileSealer::make(keys->get(), header);
  if (!sealer) return no_key;
  return file_.create(directory_.descriptor(), file_name_ + std::string(kOpenSuffix), header,
                      *std::move(sealer));
}

void DiskThread::seal() {
  if (!file_.is_open()) return;
  const auto before = file_.stored_bytes();
  if (file_.chunks() == 0) {
    file_.discard();
  } else if (auto sealed = file_.seal(file_name_, false); !sealed) {
    counters_.write_errors.fetch_add(1, std::memory_order_relaxed);
    file_.abandon();
  } else {
    counters_.bytes_stored.fetch_add(file_.stored_bytes() - before, std::memory_order_relaxed);
    counters_.files_sealed.fetch_add(1, std::memory_order_relaxed);
    keep_within_limits();
  }
}

void DiskThread::pause(const boost::system::error_code& error) {
  next_retry_ = Clock::now() + kRetryInterval;
  counters_.paused_for_space.store(is_full(error), std::memory_order_relaxed);
  counters_.paused_for_key.store(error.value() == ENOKEY, std::memory_order_relaxed);
  counters_.paused.store(true, std::memory_order_relaxed);
}

void DiskThread::retry_when_due(bool now) {
  if (!counters_.paused.load(std::memory_order_relaxed) || (!now && Clock::now() < next_retry_)) return;
  next_retry_ = Clock::now() + kRetryInterval;
  keep_within_limits();
  const auto needed = kChunksFreeToResume * options_.chunk_bytes;
  if (counters_.paused_for_space.load(std::memory_order_relaxed) && directory_.free_bytes() < needed) return;
  counters_.paused.store(false, std::memory_order_relaxed);
  if (!write_lost() || !ensure_file()) counters_.paused.store(true, std::memory_order_relaxed);
}

void DiskThread::lose(const ChunkBuilder& chunk) {
  const auto& header = chunk.header();
  lost_.add(chunk.gap());
  if (header.exchanges == 0) return;
  const auto reason = counters_.paused_for_space.load(std::memory_order_relaxed) ? GapReason::disk_full
                                                                                 : GapReason::write_error;
  Gap gap;
  gap.add(reason, header.exchanges, chunk.raw().size(), header.min_start_ns);
  gap.to_ns = std::max(header.max_start_ns, header.max_end_ns);
  lost_.add(gap);
  counters_.exchanges_recorded.fetch_sub(header.exchanges, std::memory_order_relaxed);
  counters_.exchanges_dropped.fetch_add(header.exchanges, std::memory_order_relaxed);
}

bool DiskThread::rotation_due() const {
  if (!file_.is_open() || file_.chunks() == 0) return false;
  return file_.stored_bytes() >= options_.rotate_bytes || Clock::now() - file_opened_ >= options_.rotate_age;
}

}  // namespace understudy::capture
