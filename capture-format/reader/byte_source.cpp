#include "capture-format/reader/byte_source.hpp"

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

}  // namespace

Outcome<std::unique_ptr<ByteSource>> open_file_source(const std::filesystem::path& path) {
  const auto failure = [&path] {
    const boost::system::error_code error(errno, boost::system::system_category());
    return Failure{fmt::format("{}: {}", path.string(), error.message())};
  };
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return failure();
  struct stat status{};
  if (fstat(descriptor, &status) != 0) {
    close(descriptor);
    return failure();
  }
  auto source = std::make_unique<FileSource>(descriptor, static_cast<std::uint64_t>(status.st_size));
  if (S_ISDIR(status.st_mode)) return Failure{fmt::format("{}: is a directory", path.string())};
  if (!S_ISREG(status.st_mode)) return Failure{fmt::format("{}: is no regular file", path.string())};
  return std::unique_ptr<ByteSource>(std::move(source));
}

std::unique_ptr<ByteSource> make_memory_source(std::string bytes) {
  return std::make_unique<MemorySource>(std::move(bytes));
}

}  // namespace understudy::capture
