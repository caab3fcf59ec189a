// Records exchanges to rotating capture files: encodes on the caller's thread, compresses and writes on its
// own.
#pragma once

#include "capture-format/crypto/key_ring.hpp"
#include "capture-format/record.hpp"
#include "capture-format/writer/interruption.hpp"
#include "capture-format/writer/overload_ladder.hpp"
#include "core/base/result.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace understudy::capture {

/// What a capture directory may hold; 0 is no limit. Files of earlier runs count; the oldest sealed ones go
/// first.
struct KeepLimits {
  std::uint64_t bytes = 0;
  std::chrono::nanoseconds age{0};
  std::uint64_t free_bytes = 0;  ///< that the file system shall have left

  bool operator==(const KeepLimits&) const = default;
};

struct RecorderOptions {
  std::filesystem::path directory;  ///< created 0700 when missing; files are 0600
  std::string service = "understudy";
  std::uint32_t scrub_policy = 0;
  bool contains_unscrubbed = false;
  int compression_level = 3;
  std::size_t chunk_bytes = 1024 * 1024;  ///< raw bytes at which a chunk is sealed
  std::size_t chunks_in_flight =
      16;  ///< chunk buffers in all; none free: the exchange is dropped and counted
  /// Age at which a chunk is sealed, however small. With the way to the file (a late tick, compressing, a
  /// slow disk) no more than a second is lost to a kill.
  std::chrono::nanoseconds flush_interval = std::chrono::milliseconds(750);
  std::uint64_t rotate_bytes = 256ULL * 1024 * 1024;
  std::chrono::nanoseconds rotate_age = std::chrono::minutes(10);
  std::chrono::nanoseconds sync_interval =
      std::chrono::seconds(5);  ///< between fdatasyncs; 0: at sealing only
  KeepLimits keep;
  KeyOptions encryption;  ///< given: files are encrypted

  bool operator==(const RecorderOptions&) const = default;
};

/// Counts since the start; readable by any thread.
struct RecorderStats {
  std::uint64_t exchanges_recorded =
      0;  ///< accepted; those of a chunk that the disk refuses move to the next count
  std::uint64_t exchanges_dropped = 0;  ///< each is in a gap record too, those of `count_gap` included
  std::uint64_t bytes_raw = 0;
  std::uint64_t bytes_stored = 0;
  std::uint64_t chunks = 0;
  std::uint64_t chunks_fast = 0;  ///< of these: compressed less than wanted, by rung of the ladder
  std::uint64_t chunks_fastest = 0;
  std::uint64_t chunks_raw = 0;
  std::uint64_t exchanges_without_bodies = 0;  ///< recorded so, because the disk did not keep up
  std::uint64_t files_sealed = 0;
  std::uint64_t files_removed = 0;  ///< by `keep`
  std::uint64_t write_errors = 0;
  std::uint64_t interruptions = 0;  ///< files found that a killed recorder had left behind
  Rung rung = Rung::ordinary;       ///< what is given up just now
  bool paused = false;     ///< disk full or failing: exchanges are dropped and counted until it recovers
  bool disk_full = false;  ///< the pause waits for free space
  bool no_key = false;     ///< the pause waits for the key command to wrap a new file's key
};

/// One producer thread calls `append` and `tick`; neither blocks on the disk. The destructor seals the file.
class Recorder {
 public:
  /// Fails when the directory cannot be made or written, or when no key can be wrapped (which is tried, so
  /// it may take as long as the key command). `before_chunk` is called on the disk thread before each chunk:
  /// a test can hold the disk back there.
  static Outcome<std::unique_ptr<Recorder>> open(const RecorderOptions& options,
                                                 std::function<void()> before_chunk = {});
  ~Recorder();

  /// Encodes one exchange. False when it was dropped (no free buffer, or larger than a chunk may be).
  bool append(const ExchangeView& exchange);
  /// Counts an exchange that never reached `append`, so that the file's gap record has it.
  void count_gap(std::uint64_t exchanges, std::uint64_t bytes);
  /// Seals the current chunk when it is older than flush_interval. Call it at least that often.
  void tick();

  RecorderStats stats() const;
  /// What killed recorders had left behind and has been dealt with since the last call.
  std::vector<Interruption> take_interruptions();

 private:
  Recorder();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::capture
