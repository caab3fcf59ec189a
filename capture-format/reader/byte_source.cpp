#include "capture-format/reader/byte_source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace understudy::capture {
namespace {

class FileSource final : public ByteSource {
 public:
  FileSource(int descriptor, std::uint64_t size) : ByteSource(size), descriptor_(descriptor) {}
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;
  ~FileSource() override { close(descriptor_); }

 private:
  std::size_t do_read_at(std::uint64_t offset, char* out, std::size_t count) override {
    if (offset >= size()) return 0;
    count = static_cast<std::size_t>(std::min<std::uint64_t>(count, size() - offset));
    std::size_t done = 0;
    while (done < count) {
      const auto got = pread(descriptor_, out + done, count - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  std::uint64_t current_size() const override {
    struct stat status{};
    return fstat(descriptor_, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
  }

  int descriptor_;
};

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string bytes) : ByteSource(bytes.size()), bytes_(std::move(bytes)) {}

 private:
  std::size_t do_read_at(std::uint64_t offset, char* out, std::size_t count) override {
    if (offset >= bytes_.size()) return 0;
    count = std::min<std::size_t>(count, bytes_.size() - static_cast<std::size_t>(offset));
    std::memcpy(out, bytes_.data() + offset, count);
    return count;
  }

  std::string bytes_;
};

Failure last_failure(const std::filesystem::path& path) {
  const boost::system::error_code error(errno, boost::system::system_category());
  return Failure{fmt::format("{}: {}", path.string(), error.message())};
}

bool write_whole(int descriptor, const char* bytes, std::size_t count) {
  while (count > 0) {
    const auto written = write(descriptor, bytes, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes += written;
    count -= static_cast<std::size_t>(written);
  }
  return true;
}

/// Waits first, so that a named pipe may get its writer later.
ssize_t read_pipe(int descriptor, char* bytes, std::size_t count) {
  while (true) {
    pollfd ready{descriptor, POLLIN, 0};
    if (poll(&ready, 1, -1) < 0) return -1;
    const auto got = read(descriptor, bytes, count);
    if (got >= 0 || (errno != EAGAIN && errno != EINTR)) return got;
  }
}

/// A reader goes back after damage, which a pipe cannot: its bytes are kept on disk, not in memory.
Outcome<std::unique_ptr<ByteSource>> spool(const std::filesystem::path& path, int pipe) {
  std::error_code ignored;
  auto directory = std::filesystem::temp_directory_path(ignored);
  if (ignored) directory = "/tmp";
  const int spooled = open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (spooled < 0) return last_failure(directory);
  constexpr std::size_t kPieceBytes = 256 * 1024;
  const auto piece = std::make_unique<char[]>(kPieceBytes);
  std::uint64_t size = 0;
  while (true) {
    const auto got = read_pipe(pipe, piece.get(), kPieceBytes);
    const auto bytes = static_cast<std::size_t>(std::max<ssize_t>(got, 0));
    if (got < 0 || !write_whole(spooled, piece.get(), bytes)) {
      const auto failed = last_failure(got < 0 ? path : directory);
      close(spooled);
      return failed;
    }
    if (got == 0) break;
    size += bytes;
  }
  return std::unique_ptr<ByteSource>(std::make_unique<FileSource>(spooled, size));
}

}  // namespace

Outcome<std::unique_ptr<ByteSource>> open_file_source(const std::filesystem::path& path) {
  if (path == "-") return spool("standard input", STDIN_FILENO);
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return last_failure(path);
  struct stat status{};
  if (fstat(descriptor, &status) != 0) {
    close(descriptor);
    return last_failure(path);
  }
  auto source = std::make_unique<FileSource>(descriptor, static_cast<std::uint64_t>(status.st_size));
  if (S_ISFIFO(status.st_mode)) return spool(path, descriptor);
  if (S_ISDIR(status.st_mode)) return Failure{fmt::format("{}: is a directory", path.string())};
  if (!S_ISREG(status.st_mode)) return Failure{fmt::format("{}: is no regular file", path.string())};
  return std::unique_ptr<ByteSource>(std::move(source));
}

std::unique_ptr<ByteSource> make_memory_source(std::string bytes) {
  return std::make_unique<MemorySource>(std::move(bytes));
}

}  // namespace understudy::capture
