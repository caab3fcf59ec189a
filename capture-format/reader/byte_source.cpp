#include "capture-format/reader/byte_source.hpp"

#include "capture-format/reader/pipe_source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
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

  void expect_skips() override { posix_fadvise(descriptor_, 0, 0, POSIX_FADV_RANDOM); }

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
    // The buffer of an empty chunk may be null, which memcpy must not see.
    if (offset >= bytes_.size() || count == 0) return 0;
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

/// Standard input may be a file too (`< FILE`): then it can be read like one.
int open_input(const std::filesystem::path& path) {
  if (path == "-") return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
  return open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

}  // namespace

std::size_t ByteSource::read_at(std::uint64_t offset, char* out, std::size_t count) {
  // Of nothing there need not even be a place for it.
  if (count == 0) return 0;
  if (count > kPeekBytes) {
    const auto got = do_read_at(offset, out, count);
    bytes_read_ += got;
    return got;
  }
  if (offset < peeked_at_ || offset + count > peeked_at_ + peeked_bytes_) {
    peeked_bytes_ = do_read_at(offset, peeked_.data(), kPeekBytes);
    peeked_at_ = offset;
    bytes_read_ += peeked_bytes_;
  }
  const auto skipped = static_cast<std::size_t>(offset - peeked_at_);
  count = std::min(count, peeked_bytes_ - skipped);
  std::memcpy(out, peeked_.data() + skipped, count);
  return count;
}

Outcome<std::unique_ptr<ByteSource>> open_file_source(const std::filesystem::path& path) {
  const int descriptor = open_input(path);
  if (descriptor < 0) return last_failure(path);
  struct stat status{};
  if (fstat(descriptor, &status) != 0) {
    close(descriptor);
    return last_failure(path);
  }
  const auto as_source = [](auto source) { return std::unique_ptr<ByteSource>(std::move(source)); };
  if (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode))
    return as_source(std::make_unique<PipeSource>(descriptor));
  auto file = std::make_unique<FileSource>(descriptor, static_cast<std::uint64_t>(status.st_size));
  if (S_ISDIR(status.st_mode)) return Failure{fmt::format("{}: is a directory", path.string())};
  if (!S_ISREG(status.st_mode)) return Failure{fmt::format("{}: is no regular file", path.string())};
  posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
  return as_source(std::move(file));
}

std::unique_ptr<ByteSource> make_memory_source(std::string bytes) {
  return std::make_unique<MemorySource>(std::move(bytes));
}

}  // namespace understudy::capture
