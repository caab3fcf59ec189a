#include "capture-format/commands/living_writer.hpp"

#include "capture-format/layout/file_names.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace understudy::capture {

bool is_being_written(const std::string& path) {
  if (!path.ends_with(kOpenSuffix)) return false;
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return false;
  const bool locked = flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  close(descriptor);
  return locked;
}

}  // namespace understudy::capture
