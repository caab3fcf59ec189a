#include "capture-format/writer/file_keeper.hpp"

#include "capture-format/layout/file_names.hpp"
#include "capture-format/writer/capture_directory.hpp"
#include "core/base/clock.hpp"

#include <algorithm>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace understudy::capture {
namespace {

bool is_old(const KeptFile& file, const KeepLimits& limits, std::uint64_t now_ns) {
  return limits.age.count() > 0 && file.changed_ns + static_cast<std::uint64_t>(limits.age.count()) < now_ns;
}

}  // namespace

std::vector<std::string> files_to_remove(std::vector<KeptFile> files, const KeepLimits& limits,
                                         std::uint64_t now_ns, std::uint64_t free_bytes) {
  std::sort(files.begin(), files.end(), [](const KeptFile& a, const KeptFile& b) {
    return a.changed_ns != b.changed_ns ? a.changed_ns < b.changed_ns : a.name < b.name;
  });
  std::uint64_t total = 0;
  for (const auto& file : files) total += file.bytes;
  std::vector<std::string> removed;
  for (const auto& file : files) {
    const bool too_much = limits.bytes != 0 && total > limits.bytes;
    const bool too_full = limits.free_bytes != 0 && free_bytes < limits.free_bytes;
    if (!file.sealed || (!too_much && !too_full && !is_old(file, limits, now_ns))) continue;
    removed.push_back(file.name);
    total -= file.bytes;
    free_bytes += file.bytes;
  }
  return removed;
}

FileKeeper::FileKeeper(int directory, std::string_view service, const KeepLimits& limits)
    : directory_(directory), prefix_(capture_file_prefix(service)), limits_(limits) {}

bool FileKeeper::is_limited() const noexcept {
  return limits_.bytes != 0 || limits_.free_bytes != 0 || limits_.age.count() > 0;
}

std::uint64_t FileKeeper::sweep(std::uint64_t free_bytes) {
  if (!is_limited()) return 0;
  std::uint64_t removed = 0;
  for (const auto& name : files_to_remove(list(), limits_, wall_now().value, free_bytes))
    if (unlinkat(directory_, name.c_str(), 0) == 0) ++removed;
  return removed;
}

std::vector<KeptFile> FileKeeper::list() const {
  std::vector<KeptFile> files;
  // A descriptor of its own: reading moves the position that a shared one has.
  const int descriptor = openat(directory_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return files;
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(fdopendir(descriptor), closedir);
  if (!entries) {
    close(descriptor);
    return files;
  }
  while (const auto* entry = readdir(entries.get())) {
    KeptFile file;
    file.name = entry->d_name;
    file.sealed = file.name.ends_with(kFileSuffix) || file.name.ends_with(kDamagedFileSuffix);
    const bool open = file.name.ends_with(kOpenFileSuffix);
    struct stat status{};
    if (!file.name.starts_with(prefix_) || (!file.sealed && !open) ||
        fstatat(directory_, file.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode))
      continue;
    file.bytes = static_cast<std::uint64_t>(status.st_size);
    file.changed_ns = wall_ns_of(status.st_mtim);
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace understudy::capture
