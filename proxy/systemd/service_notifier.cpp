#include "proxy/systemd/service_notifier.hpp"

#include "core/base/one_line.hpp"
#include "core/base/units.hpp"
#include "proxy/systemd/taken_variable.hpp"

#include <cstddef>
#include <ctime>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace understudy::proxy {
namespace {

std::uint64_t monotonic_microseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

}  // namespace

ServiceNotifier ServiceNotifier::from_environment() {
  auto socket = take_variable("NOTIFY_SOCKET");
  const auto interval = parse_count(take_variable("WATCHDOG_USEC"));
  const auto pid_text = take_variable("WATCHDOG_PID");
  const auto pid = parse_count(pid_text);
  const bool ours = pid_text.empty() || (pid && *pid == static_cast<std::uint64_t>(::getpid()));
  std::optional<std::chrono::microseconds> watchdog;
  if (interval && *interval > 0 && ours) watchdog = std::chrono::microseconds(*interval);
  return ServiceNotifier(std::move(socket), watchdog);
}

void ServiceNotifier::ready(std::string_view status) const {
  send(fmt::format("READY=1\nSTATUS={}", one_line(status)));
}

void ServiceNotifier::reloading() const {
  send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}\nSTATUS=reloading", monotonic_microseconds()));
}

void ServiceNotifier::stopping(std::string_view status) const {
  send(fmt::format("STOPPING=1\nSTATUS={}", one_line(status)));
}

void ServiceNotifier::status(std::string_view status) const {
  send(fmt::format("STATUS={}", one_line(status)));
}

void ServiceNotifier::alive() const { send("WATCHDOG=1"); }

void ServiceNotifier::send(std::string_view message) const {
  sockaddr_un address{};
  if (socket_.empty() || socket_.size() >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::copy(socket_.begin(), socket_.end(), static_cast<char*>(address.sun_path));
  // "@name" stands for the abstract namespace: a zero byte instead, and the length says where the name ends.
  if (socket_.front() == '@') address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return;
  ::sendto(descriptor, message.data(), message.size(), MSG_NOSIGNAL,
           reinterpret_cast<const sockaddr*>(&address), size);
  ::close(descriptor);
}

}  // namespace understudy::proxy
