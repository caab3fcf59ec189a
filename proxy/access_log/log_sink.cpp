#include "proxy/access_log/log_sink.hpp"

#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <climits>
#include <fmt/format.h>

namespace understudy::proxy {
namespace {

boost::system::error_code last_error() { return {errno, boost::system::system_category()}; }

std::string reason_of(int error) {
  if (error == ELOOP)
    return "is a symbolic link, which is not followed: give the file itself, or - for stdout";
  if (error == ENXIO) return "is a pipe that nobody reads: start its reader first";
  return boost::system::error_code(error, boost::system::system_category()).message();
}

}  // namespace

Outcome<LogSink> LogSink::open(const std::string& path) {
  if (path == "-") return LogSink(STDOUT_FILENO, false);
  // Not blocking: opening a pipe without a reader fails instead of waiting for one.
  constexpr int kFlags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK;
  constexpr mode_t kMode = S_IRUSR | S_IWUSR;
  const int descriptor = ::open(path.c_str(), kFlags, kMode);
  if (descriptor < 0) return Failure{fmt::format("access log {}: {}", path, reason_of(errno))};
  return LogSink(descriptor, true);
}

LogSink::LogSink(int descriptor, bool owned) : descriptor_(descriptor), owned_(owned), kind_(Kind::file) {
  struct stat status{};
  if (::fstat(descriptor, &status) != 0) return;
  // A terminal can be held as a pipe can.
  if (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode)) kind_ = Kind::pipe;
  if (S_ISSOCK(status.st_mode)) kind_ = Kind::socket;
}

LogSink::LogSink(LogSink&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), owned_(other.owned_), kind_(other.kind_) {}

LogSink& LogSink::operator=(LogSink&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(owned_, other.owned_);
  std::swap(kind_, other.kind_);
  return *this;
}

LogSink::~LogSink() {
  if (owned_ && descriptor_ >= 0) ::close(descriptor_);
}

Result<std::size_t> LogSink::write(std::string_view bytes, std::chrono::milliseconds patience) {
  if (kind_ != Kind::file) {
    pollfd wanted{descriptor_, POLLOUT, 0};
    const int ready = ::poll(&wanted, 1, static_cast<int>(patience.count()));
    if (ready == 0 || (ready < 0 && errno == EINTR)) return std::size_t{0};
    if (ready < 0) return last_error();
  }
  return write_once(bytes);
}

Result<std::size_t> LogSink::write_once(std::string_view bytes) {
  // Standard output may block, and others share it, so it stays as it is. A pipe that is ready takes
  // PIPE_BUF bytes without blocking (pipe(7)).
  if (kind_ == Kind::pipe) bytes = bytes.substr(0, PIPE_BUF);
  const auto written = kind_ == Kind::socket
                           ? ::send(descriptor_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL)
                           : ::write(descriptor_, bytes.data(), bytes.size());
  if (written >= 0) return static_cast<std::size_t>(written);
  if (errno == EAGAIN || errno == EINTR) return std::size_t{0};
  return last_error();
}

}  // namespace understudy::proxy
