// The recorder's own thread: takes filled chunks, compresses and writes them, rotates files, survives a full
// disk.
#pragma once

#include "capture-format/recorder.hpp"
#include "capture-format/writer/capture_directory.hpp"
#include "capture-format/writer/chunk_builder.hpp"
#include "capture-format/writer/chunk_compressor.hpp"
#include "capture-format/writer/file_keeper.hpp"
#include "capture-format/writer/orphan_files.hpp"
#include "capture-format/writer/output_file.hpp"
#include "core/base/clock.hpp"
#include "core/base/spsc_ring.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace understudy::capture {

/// Written by the producer and by the disk thread, read by any.
struct RecorderCounters {
  std::atomic<std::uint64_t> exchanges_recorded{0};
  std::atomic<std::uint64_t> exchanges_dropped{0};
  std::atomic<std::uint64_t> bytes_raw{0};
  std::atomic<std::uint64_t> bytes_stored{0};
  std::array<std::atomic<std::uint64_t>, kEfforts> chunks{};  ///< by Effort
  std::atomic<std::uint64_t> exchanges_without_bodies{0};
  std::atomic<std::uint64_t> interruptions{0};
  std::atomic<Rung> rung{Rung::ordinary};
  std::atomic<std::uint64_t> files_sealed{0};
  std::atomic<std::uint64_t> files_removed{0};
  std::atomic<std::uint64_t> write_errors{0};
  std::atomic<bool> paused{false};
  std::atomic<bool> paused_for_space{false};
  std::atomic<bool> paused_for_key{false};
};

/// One producer thread calls take_free, submit and finish; none of them waits, except that finish waits for
/// the end.
class DiskThread {
 public:
  /// `before_chunk` is called on this thread before it takes up a chunk, with none in its hands.
  DiskThread(const RecorderOptions& options, CaptureDirectory directory, std::function<void()> before_chunk);
  ~DiskThread();

  /// An empty buffer, or null when all are in flight.
  ChunkBuilder* take_free();
  std::size_t buffers() const noexcept { return pool_.size(); }
  std::size_t free_buffers() const noexcept { return free_.size(); }
  /// Hands a filled buffer over; it comes back through take_free.
  void submit(ChunkBuilder* chunk);
  /// Reserves memory for a record that is larger than a chunk. False: too much of that is in flight already.
  bool reserve_oversize(std::size_t bytes);
  /// Writes everything, with `last` as the final gap, seals the file and ends the thread.
  void finish(const Gap& last);

  RecorderCounters& counters() noexcept { return counters_; }
  /// What is new since the last call; any thread.
  std::vector<Interruption> take_interruptions();

 private:
  using Clock = Monotonic;

  void run();
  void wait();
  void wake();
  void process(ChunkBuilder& chunk);
  void give_back(ChunkBuilder* chunk);
  boost::system::error_code write(ChunkHeader& header, std::string_view stored, const RouteTable& routes);
  bool write_or_reopen(const ChunkBuilder& chunk);
  bool write_lost();
  bool ensure_file();
  Result<> create_file(FileHeader& header);
  void seal();
  void pause(const boost::system::error_code& error);
  void retry_when_due(bool now);
  void lose(const ChunkBuilder& chunk);
  bool rotation_due() const;
  void find_orphans();
  bool rescue_orphans();
  void sync_when_due();
  void keep_within_limits();

  const RecorderOptions options_;
  const std::string host_;
  CaptureDirectory directory_;
  FileKeeper keeper_;
  RecorderCounters counters_;
  std::vector<std::unique_ptr<ChunkBuilder>> pool_;
  SpscRing<ChunkBuilder*> filled_;
  SpscRing<ChunkBuilder*> free_;
  std::atomic<std::size_t> oversize_bytes_{0};
  std::atomic<bool> closing_{false};
  std::mutex interruptions_mutex_;
  std::vector<Interruption> interruptions_;
  Gap last_gap_;  // written by the producer before closing_, read after it
  int wake_descriptor_ = -1;

  // The disk thread's own.
  const std::function<void()> before_chunk_;
  OrphanFiles orphans_;
  ChunkCompressor compressor_;
  ChunkBuilder gap_chunk_;
  OutputFile file_;
  std::string file_name_;
  Clock::time_point file_opened_;
  Clock::time_point next_sync_;
  std::uint64_t synced_bytes_ = 0;  ///< of the open file
  Clock::time_point next_sweep_;
  std::uint64_t file_sequence_ = 0;
  Gap lost_;
  Clock::time_point next_retry_;
  std::thread thread_;
};

}  // namespace understudy::capture
