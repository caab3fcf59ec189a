#include "capture-format/commands/text_file.hpp"

#include "capture-format/layout/uuid.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <stdio.h>
#include <unistd.h>

#include <fmt/format.h>

namespace understudy::capture {
namespace {

constexpr std::size_t kPendingBytes = 256 * 1024;

}  // namespace

Outcome<std::unique_ptr<TextFile>> TextFile::open(const std::string& path, bool overwrite) {
  std::unique_ptr<TextFile> file(new TextFile);
  if (path.empty() || path == "-") {
    file->standard_ = std::make_unique<Output>();
    return file;
  }
  std::error_code ignored;
  const auto status = std::filesystem::symlink_status(path, ignored);
  if (std::filesystem::exists(status) && !overwrite)
    return Failure{fmt::format("{}: exists already; --force replaces it", path)};
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
    return Failure{fmt::format("{}: exists and is no regular file", path)};
  file->path_ = path;
  file->overwrite_ = overwrite;
  const std::filesystem::path full(path);
  const auto name =
      fmt::format(".{}.{}.part", full.filename().string().substr(0, 200), to_hex(random_uuid()).substr(0, 8));
  file->temporary_ = (full.parent_path() / name).string();
  file->descriptor_ =
      ::open(file->temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file->descriptor_ < 0) return Failure{fmt::format("{}: cannot create: {}", path, std::strerror(errno))};
  return file;
}

TextFile::~TextFile() {
  if (descriptor_ < 0) return;
  close(descriptor_);
  unlink(temporary_.c_str());
}

bool TextFile::write(std::string_view text) {
  if (standard_ != nullptr) return standard_->write(text);
  pending_ += text;
  return pending_.size() < kPendingBytes || flush();
}

bool TextFile::flush() {
  std::string_view rest(pending_);
  while (error_ == 0 && !rest.empty()) {
    const auto written = ::write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) error_ = errno;
    if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
  }
  pending_.clear();
  return error_ == 0;
}

ExitCode TextFile::finish() {
  if (standard_ != nullptr) return standard_->finish();
  if (flush() && fsync(descriptor_) != 0) error_ = errno;
  if (error_ == 0) {
    const unsigned flags = overwrite_ ? 0 : RENAME_NOREPLACE;
    if (renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, path_.c_str(), flags) != 0 &&
        (errno != EINVAL || rename(temporary_.c_str(), path_.c_str()) != 0))
      error_ = errno;
  }
  if (error_ != 0)
    return fail(ExitCode::usage, fmt::format("{}: cannot write: {}", path_, std::strerror(error_)));
  close(descriptor_);
  descriptor_ = -1;
  return ExitCode::ok;
}

}  // namespace understudy::capture
