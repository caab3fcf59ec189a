// Writes one capture file for a tool (import ...): complete under its final name, or not there at all.
#pragma once

#include "capture-format/crypto/key_ring.hpp"
#include "capture-format/gap.hpp"
#include "capture-format/record.hpp"
#include "core/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace understudy::capture {

struct ChunkHeader;
class RouteTable;

struct FileWriterOptions {
  std::filesystem::path output;
  bool overwrite = false;  ///< otherwise an existing file is refused
  std::string service = "understudy";
  std::string source;            ///< "import har" ...
  std::string host;              ///< empty: this machine
  std::uint64_t created_ns = 0;  ///< 0: now
  std::uint32_t scrub_policy = 0;
  bool contains_unscrubbed = false;
  int compression_level = 3;
  std::size_t chunk_bytes = 1024 * 1024;
  KeyRingPtr keys;  ///< present: the file is encrypted with the active one
  /// That compress, the caller's among them: 0, one for each CPU of this process, 4 at most. The file is the
  /// same whatever the number.
  unsigned threads = 1;
};

struct FileWriterTotals {
  std::uint64_t exchanges = 0;
  std::uint64_t chunks = 0;
  std::uint64_t raw_bytes = 0;
  std::uint64_t stored_bytes = 0;
};

/// For one thread. Written under a temporary name in the same directory; the destructor removes
/// what `finish` has not renamed.
class FileWriter {
 public:
  static Outcome<std::unique_ptr<FileWriter>> open(FileWriterOptions options);
  ~FileWriter();

  /// False: the record would be over the format's cap.
  static bool fits(const ExchangeView& exchange) noexcept;
  /// Fails when the record does not fit or the disk fails; the latter is final.
  Outcome<> append(const ExchangeView& exchange);
  /// Copies a chunk of another file: all kinds of records, byte by byte, `stored` being its zstd frame
  /// (decrypted, if it was encrypted). `routes` are its endpoints. The caller has verified it.
  Outcome<> copy_chunk(const ChunkHeader& header, std::string_view stored, const RouteTable& routes);
  /// Exchanges that should be in the file and are not, by what its sources say: they get a gap record.
  void add_gap(const Gap& gap);
  /// Seals the file under its final name.
  Outcome<FileWriterTotals> finish();

 private:
  FileWriter();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::capture
