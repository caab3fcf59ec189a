// Tells the service manager how we are (sd_notify(3)): one datagram per change, nothing when nobody listens.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace understudy::proxy {

/// Any thread: it holds an address and nothing else. A message that cannot be delivered is dropped; the
/// service manager's own timeout then tells.
class ServiceNotifier {
 public:
  /// NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID; all are taken out of the environment, as children are
  /// none of the service manager's business.
  static ServiceNotifier from_environment();

  /// `socket`: a path, or "@name" in the abstract namespace.
  explicit ServiceNotifier(std::string socket,
                           std::optional<std::chrono::microseconds> watchdog = std::nullopt)
      : socket_(std::move(socket)), watchdog_(watchdog) {}
  /// Nobody is told.
  ServiceNotifier() = default;

  void ready(std::string_view status) const;
  /// With the monotonic clock's reading, as Type=notify-reload wants it; `ready` ends it.
  void reloading() const;
  void stopping(std::string_view status) const;
  void status(std::string_view status) const;
  void alive() const;

  /// How often `alive` is expected at least; nothing: never.
  std::optional<std::chrono::microseconds> watchdog() const noexcept { return watchdog_; }

 private:
  void send(std::string_view message) const;

  std::string socket_;
  std::optional<std::chrono::microseconds> watchdog_;
};

}  // namespace understudy::proxy
