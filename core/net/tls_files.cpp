#include "core/net/tls_files.hpp"

#include <sys/stat.h>

namespace understudy::net {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;

std::int64_t to_ns(const timespec& time) { return time.tv_sec * kNsPerSecond + time.tv_nsec; }

}  // namespace

FileStamps::FileStamps(const std::vector<std::string>& paths) {
  for (const auto& path : paths) {
    Stamp stamp;
    struct stat facts{};
    if (::stat(path.c_str(), &facts) == 0)
      stamp = {facts.st_dev, facts.st_ino, facts.st_size, to_ns(facts.st_mtim), to_ns(facts.st_ctim)};
    stamps_.push_back(stamp);
  }
}

}  // namespace understudy::net
