// Reads several capture files as one stream in the order of time, in bounded memory.
#pragma once

#include "capture-format/crypto/key_ring.hpp"
#include "capture-format/filter.hpp"
#include "capture-format/reader.hpp"
#include "capture-format/record.hpp"
#include "core/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace understudy::capture {

struct MergeOptions {
  std::optional<Filter> filter;  ///< as ReaderOptions::filter
  KeyRingPtr keys;               ///< as ReaderOptions::keys
  unsigned decode_threads = 0;   ///< as ReaderOptions::decode_threads
  /// Decompressed bytes held at a time, with what is read ahead (a quarter of it, and one chunk) beside it.
  std::size_t memory_bytes = std::size_t{64} << 20;
  /// Where what does not fit is sorted, in a file without a name; empty: the directory for temporary files.
  std::filesystem::path scratch;
  /// That file is encrypted by a key that nobody has once this process has ended. It is also when `keys` are
  /// given.
  bool encrypt_scratch = false;
  /// Asked now and then while such a sorting goes on, with bytes done and in all; false ends it.
  std::function<bool(std::uint64_t done, std::uint64_t of)> keep_going;
};

/// What one of the files had; complete when the stream has ended.
struct MergeSource {
  std::filesystem::path path;
  FileInfo info;
  Damage damage;
  Gaps gaps;
  ReadTotals totals;
  bool sealed = false;
};

/// A file is known by its chunk headers first. Then each chunk is read when the stream has come to its
/// earliest exchange, so that only chunks are held whose times overlap: stragglers, several workers, several
/// files. Where more overlaps than the memory holds, everything is sorted outside of it instead. Damage costs
/// what it costs a Reader; a chunk that does not decode as a whole gives nothing. Not thread-safe.
class MergeReader {
 public:
  /// Fails with one clear line when a file cannot be opened, is a pipe, no capture, or locked.
  static Outcome<MergeReader> open(const std::vector<std::filesystem::path>& paths, MergeOptions options);
  MergeReader(MergeReader&&) noexcept;
  MergeReader& operator=(MergeReader&&) noexcept;
  ~MergeReader();

  /// The exchange that started next, null at the end; of the same time those of earlier files first, of one
  /// file in the order of its records. Valid until the next call. Fails when the scratch disk does.
  Outcome<const ExchangeView*> next();
  /// Of the exchange that `next` gave: its place in `sources`.
  std::size_t source() const noexcept;

  const std::vector<MergeSource>& sources() const noexcept;
  /// How far it is: stored bytes that were read, and of all that are to be read.
  std::uint64_t bytes_done() const noexcept;
  std::uint64_t bytes_in_all() const noexcept;
  /// True when it sorts outside of the memory.
  bool sorts_on_disk() const noexcept;

 private:
  struct Impl;
  explicit MergeReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::capture
