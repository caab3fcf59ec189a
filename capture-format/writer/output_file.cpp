#include "capture-format/writer/output_file.hpp"

#include "capture-format/layout/key_envelope_message.hpp"
#include "capture-format/layout/limits.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/uio.h>
#include <unistd.h>

namespace understudy::capture {
namespace {

boost::system::error_code last_error() { return {errno, boost::system::system_category()}; }

}  // namespace

bool is_full(const boost::system::error_code& error) noexcept {
  return error.value() == ENOSPC || error.value() == EDQUOT;
}

OutputFile::~OutputFile() { abandon(); }

Result<> OutputFile::create(int directory, std::string temporary_name, const FileHeader& header,
                            std::unique_ptr<FileSealer> sealer) {
  abandon();
  fd_ = openat(directory, temporary_name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd_ < 0) return last_error();
  // Before the first byte: nobody takes an empty file for one that was left behind. Where the file system has
  // no locks, nobody looks for such files either.
  flock(fd_, LOCK_EX | LOCK_NB);
  directory_ = directory;
  temporary_name_ = std::move(temporary_name);
  uuid_ = header.uuid;
  sealer_ = std::move(sealer);
  offset_ = 0;
  previous_chunk_ = 0;
  summary_ = Summary{};
  routes_.clear();
  const auto written = write_all(encode(header), {});
  if (!written) discard();
  return written;
}

Result<> OutputFile::write_chunk(ChunkHeader& header, std::string_view stored, const RouteTable* routes) {
  header.file_uuid = uuid_;
  header.sequence = summary_.totals.chunks;
  header.previous_offset = previous_chunk_;
  const auto offset = offset_;
  auto written = write_frames(header, stored);
  if (!written) {
    if (is_full(written.error())) cut_back(offset);
    return written;
  }
  previous_chunk_ = offset;
  summary_.add(offset, header);
  if (routes != nullptr) routes_.add(*routes);
  return {};
}

Result<> OutputFile::write_frames(ChunkHeader& header, std::string_view stored) {
  if (sealer_ == nullptr) {
    ChunkExtension extension;
    extension.pieces = pieces_of(stored);
    const auto frame = encode(header, encode(extension));
    header.header_bytes = static_cast<std::uint16_t>(frame.size());
    return write_all(frame, stored);
  }
  const auto sealed = sealer_->seal_chunk(header, stored);
  if (!sealed) return sealed.error();
  return write_all(sealed->header, sealed->stored);
}

Result<std::string> OutputFile::summary_frame() {
  auto plain = encode(summary_, uuid_, offset_);
  if (sealer_ == nullptr) return {boost::system::in_place_value, std::move(plain)};
  return sealer_->seal_summary(plain, summary_.totals.chunks, offset_);
}

Result<> OutputFile::sync() {
  if (fdatasync(fd_) != 0) return last_error();
  return {};
}

Result<> OutputFile::seal(const std::string& final_name, bool exclusive) {
  routes_.rank_into(summary_);
  const auto before = offset_;
  const auto frame = summary_frame();
  if (!frame) return frame.error();
  auto sealed = write_all(*frame, {});
  if (!sealed && is_full(sealed.error())) cut_back(before);
  if (sealed && fdatasync(fd_) != 0) sealed = last_error();
  if (sealed) {
    const unsigned flags = exclusive ? RENAME_NOREPLACE : 0;
    int renamed = renameat2(directory_, temporary_name_.c_str(), directory_, final_name.c_str(), flags);
    // File systems without RENAME_NOREPLACE: the name has been checked before, a race is all that is left.
    if (renamed != 0 && errno == EINVAL)
      renamed = renameat(directory_, temporary_name_.c_str(), directory_, final_name.c_str());
    if (renamed != 0) sealed = last_error();
  }
  // Some file systems cannot sync a directory; the rename itself has happened.
  if (sealed && fsync(directory_) != 0 && errno != EINVAL && errno != EROFS) sealed = last_error();
  if (sealed) abandon();
  return sealed;
}

void OutputFile::discard() noexcept {
  if (fd_ < 0) return;
  unlinkat(directory_, temporary_name_.c_str(), 0);
  abandon();
}

void OutputFile::abandon() noexcept {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

void OutputFile::cut_back(std::uint64_t offset) noexcept {
  const auto end = static_cast<off_t>(offset);
  // Where even that fails the reader skips what is torn.
  if (ftruncate(fd_, end) == 0 && lseek(fd_, end, SEEK_SET) == end) offset_ = offset;
}

Result<> OutputFile::write_all(std::string_view first, std::string_view second) {
  const auto part = [](std::string_view bytes) {
    return iovec{const_cast<char*>(bytes.data()), bytes.size()};
  };
  while (!first.empty() || !second.empty()) {
    const std::array<iovec, 2> parts{part(first), part(second)};
    const auto written = writev(fd_, parts.data(), static_cast<int>(parts.size()));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return last_error();
    auto count = static_cast<std::size_t>(written);
    offset_ += count;
    const auto of_first = std::min(count, first.size());
    first.remove_prefix(of_first);
    count -= of_first;
    second.remove_prefix(count);
  }
  return {};
}

}  // namespace understudy::capture
