// Reads capture files record by record in file order, in bounded memory whatever the file holds, with as many
// threads as are given.
#pragma once

#include "capture-format/crypto/key_ring.hpp"
#include "capture-format/filter.hpp"
#include "capture-format/gap.hpp"
#include "capture-format/record.hpp"
#include "core/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace understudy::capture {

/// What the header of a file says (proto FileHeader).
struct FileInfo {
  std::string uuid;  ///< 32 hex digits
  std::string service;
  std::string host;
  std::string build;
  std::uint64_t created_ns = 0;
  std::uint32_t scrub_policy = 0;
  bool contains_unscrubbed = false;
  std::string source;  ///< "proxy", "import har" ...
  std::string key_id;  ///< of what opens it; empty: not encrypted
};

/// Damage that was met and skipped so far.
struct Damage {
  std::uint64_t chunks_lost = 0;
  std::uint64_t bytes_skipped = 0;
  std::uint64_t incidents = 0;     ///< each has a note, as long as there is room
  std::vector<std::string> notes;  ///< "chunk 3 at offset 1024: checksum differs", at most 20
};

/// What has been read so far.
struct ReadTotals {
  std::uint64_t chunks = 0;
  std::uint64_t exchanges = 0;
  std::uint64_t raw_bytes = 0;     ///< decompressed
  std::uint64_t stored_bytes = 0;  ///< of the chunks, headers included
  std::uint64_t position = 0;      ///< in the file
  std::uint64_t file_bytes = 0;
};

/// Losses that the recorder itself wrote into the file: all together, and the first of them one by one.
struct Gaps : Gap {
  static constexpr std::size_t kListedMax = 1000;

  std::uint64_t count = 0;  ///< gap records
  std::vector<Gap> listed;  ///< in the order of the file

  void add(const Gap& gap) {
    if (gap.empty()) return;
    Gap::add(gap);
    ++count;
    if (listed.size() < kListedMax) listed.push_back(gap);
  }
};

/// How a file is read.
struct ReaderOptions {
  /// Only what it wants; chunks that cannot hold any of it are neither read nor verified, nor is the rest of
  /// a chunk behind the last exchange that can be wanted.
  std::optional<Filter> filter;
  /// For encrypted files; null: they are refused.
  KeyRingPtr keys;
  /// That decompress, the caller's among them: 0, as many as there are CPUs for this process, at most 16.
  /// What comes out, its order and the damage that is told are the same whatever the number.
  unsigned decode_threads = 0;
  /// Stored and decompressed bytes of chunks that are read ahead, 16 chunks at most; one more may go over it.
  std::size_t read_ahead_bytes = std::size_t{32} << 20;
  /// No threads for a file of which less is left to read, and none for a pipe.
  std::uint64_t threads_from_bytes = std::uint64_t{1} << 20;
};

/// Sequential reader over one file (or several that were concatenated). Not thread-safe.
class Reader {
 public:
  /// Fails with one clear line when the file cannot be opened, is no capture at all, or is encrypted and the
  /// keys do not open it.
  static Outcome<Reader> open(const std::filesystem::path& path);
  static Outcome<Reader> open(const std::filesystem::path& path, const ReaderOptions& options);
  static Outcome<Reader> open(const std::filesystem::path& path, const Filter& filter);
  /// The same over bytes in memory, without threads unless options ask for them.
  static Outcome<Reader> from_bytes(std::string bytes);
  static Outcome<Reader> from_bytes(std::string bytes, const ReaderOptions& options);
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;
  ~Reader();

  /// The next exchange, or null at the end. The view is valid until the next call. Damaged chunks are
  /// skipped, counted in `damage()`, and never yield a false record.
  const ExchangeView* next();

  /// For a file that somebody still writes: looks whether it has grown. True: at least one whole frame is
  /// there that has not been read. Before that, `next` would take a torn end for damage.
  bool refresh();
  /// After a `refresh` that said true: reads no further than that frame. Null: nothing wanted in it. Not to
  /// be mixed with `next`, which reads ahead.
  const ExchangeView* next_at_hand();

  /// Of the first file; `contains_unscrubbed` is true when any concatenated part says so (known up to where
  /// it has read).
  const FileInfo& info() const;
  const Damage& damage() const;
  const Gaps& gaps() const;
  const ReadTotals& totals() const;
  /// From the file so far, headers, index and what was read ahead included.
  std::uint64_t bytes_read() const;
  bool sealed() const;  ///< the last file read so far ended with its summary

 private:
  struct Impl;
  explicit Reader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// What the headers of all parts of a stream say; no key is needed for it.
struct StreamHeaders {
  bool contains_unscrubbed = false;  ///< any part
  bool encrypted = false;            ///< any part
  std::string key_id;                ///< of the first encrypted part that tells it
};
Outcome<StreamHeaders> read_headers(const std::filesystem::path& path);

/// True when any part of the file is marked unscrubbed; walks the headers only.
Outcome<bool> contains_unscrubbed(const std::filesystem::path& path);

}  // namespace understudy::capture
