// Decodes every record of a chunk: what a verifier and a copier have to know before they believe it.
#pragma once

#include "capture-format/layout/chunk_header.hpp"
#include "capture-format/reader/chunk_decompressor.hpp"
#include "capture-format/writer/route_table.hpp"
#include "core/base/result.hpp"

#include <string_view>

namespace understudy::capture {

/// Reuses its memory; not thread-safe.
class ChunkCheck {
 public:
  /// Fails with what is wrong: undecodable, a malformed record, another number of exchanges than the header
  /// says. `stored` has the right checksum already.
  Outcome<> check(const ChunkHeader& header, std::string_view stored, const FileOpener* opener = nullptr);
  /// The zstd frame of the last chunk that passed, decrypted.
  std::string_view frame() const noexcept { return decompressor_.frame(); }
  /// The endpoints of the last chunk that passed.
  const RouteTable& routes() const noexcept { return routes_; }

 private:
  ChunkDecompressor decompressor_;
  RouteTable routes_;
};

}  // namespace understudy::capture
