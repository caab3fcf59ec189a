// One capture file being written: header, chunks, and at the end the summary and its final name.
#pragma once

#include "capture-format/layout/file_header.hpp"
#include "capture-format/layout/summary.hpp"
#include "capture-format/writer/file_sealer.hpp"
#include "capture-format/writer/route_totals.hpp"
#include "core/base/result.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace understudy::capture {

/// The disk or a quota is full: the one failure after which what is on disk is known.
bool is_full(const boost::system::error_code& error) noexcept;

/// Used by one thread. Written under a temporary name in an open directory; on an error the file is left as
/// it is, closed, and never written again (what a failed write left on disk is unknown). Only where the disk
/// was full is it cut back to what was whole, and may then be sealed.
class OutputFile {
 public:
  OutputFile() = default;
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// Creates `temporary_name` in the directory (O_EXCL, O_NOFOLLOW, 0600), locks it (flock) for as long as it
  /// is open, so that others see that somebody writes it, and writes the header. After a failure there is no
  /// file. `sealer`, made for this header, encrypts the file.
  Result<> create(int directory, std::string temporary_name, const FileHeader& header,
                  std::unique_ptr<FileSealer> sealer = nullptr);

  /// Fills identity and place of `header` and writes both frames by one writev. After a full disk the file
  /// ends as it did before, as far as it can be cut.
  Result<> write_chunk(ChunkHeader& header, std::string_view stored, const RouteTable* routes);

  /// fdatasync. After a failure what is on disk is unknown (Linux forgets the pages): never write again.
  Result<> sync();

  /// Summary, fdatasync, rename to `final_name`, fsync of the directory. `exclusive`: fails when that name
  /// exists.
  Result<> seal(const std::string& final_name, bool exclusive);

  /// Closes and removes the file.
  void discard() noexcept;
  /// Closes it as it is.
  void abandon() noexcept;

  bool is_open() const noexcept { return fd_ >= 0; }
  std::uint64_t stored_bytes() const noexcept { return offset_; }
  std::uint64_t chunks() const noexcept { return summary_.totals.chunks; }
  const Uuid& uuid() const noexcept { return uuid_; }

 private:
  Result<> write_all(std::string_view first, std::string_view second);
  Result<> write_frames(ChunkHeader& header, std::string_view stored);
  Result<std::string> summary_frame();
  void cut_back(std::uint64_t offset) noexcept;

  int directory_ = -1;
  int fd_ = -1;
  std::string temporary_name_;
  Uuid uuid_{};
  std::unique_ptr<FileSealer> sealer_;  ///< null: a plain file
  std::uint64_t offset_ = 0;
  std::uint64_t previous_chunk_ = 0;
  Summary summary_;
  RouteTotals routes_;
};

}  // namespace understudy::capture
