#include "capture-format/merge/scratch_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <stdlib.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace understudy::capture {

ScratchFile::~ScratchFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

Failure ScratchFile::failure(std::string_view what) const {
  const boost::system::error_code error(errno, boost::system::system_category());
  return Failure{fmt::format("{}: {} a temporary file: {}", directory_.string(), what, error.message())};
}

Outcome<> ScratchFile::create(const std::filesystem::path& directory) {
  directory_ = directory;
  descriptor_ = open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor_ < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT)) {
    // Overlay file systems and older kernels make no file without a name.
    auto pattern = (directory / ".understudy-sort-XXXXXX").string();
    descriptor_ = mkostemp(pattern.data(), O_CLOEXEC);
    if (descriptor_ >= 0) unlink(pattern.c_str());
  }
  if (descriptor_ < 0) return failure("cannot create");
  return {};
}

Outcome<> ScratchFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return failure("cannot write");
    size_ += static_cast<std::uint64_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Outcome<> ScratchFile::read_at(std::uint64_t offset, char* out, std::size_t count) const {
  while (count > 0) {
    const auto got = pread(descriptor_, out, count, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return failure("cannot read");
    offset += static_cast<std::uint64_t>(got);
    out += got;
    count -= static_cast<std::size_t>(got);
  }
  return {};
}

void ScratchFile::release(std::uint64_t begin, std::uint64_t end) const noexcept {
  // Only the disk space is at stake: what the file system cannot do is not done.
  static_cast<void>(fallocate(descriptor_, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                              static_cast<off_t>(begin), static_cast<off_t>(end - begin)));
}

}  // namespace understudy::capture
