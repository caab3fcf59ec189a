#include "proxy/systemd/inherited_sockets.hpp"

#include "core/base/units.hpp"
#include "proxy/systemd/taken_variable.hpp"

#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace understudy::proxy {
namespace {

/// sd_listen_fds(3): the first descriptor passed.
constexpr int kFirstDescriptor = 3;
constexpr std::uint64_t kDescriptorsMax = 1024;

std::vector<std::string> split_names(std::string_view text) {
  std::vector<std::string> names;
  for (;;) {
    const auto colon = text.find(':');
    names.emplace_back(text.substr(0, colon));
    if (colon == std::string_view::npos) return names;
    text.remove_prefix(colon + 1);
  }
}

}  // namespace

Outcome<InheritedSockets> InheritedSockets::from_environment() {
  const auto pid = parse_count(take_variable("LISTEN_PID"));
  const auto count = parse_count(take_variable("LISTEN_FDS"));
  const auto names = split_names(take_variable("LISTEN_FDNAMES"));
  InheritedSockets inherited;
  if (!pid || !count || *pid != static_cast<std::uint64_t>(::getpid())) return inherited;
  if (*count > kDescriptorsMax) return Failure{fmt::format("LISTEN_FDS: {} sockets are too many", *count)};
  for (std::size_t i = 0; i < *count; ++i) {
    auto socket = net::ListeningSocket::adopt(kFirstDescriptor + static_cast<int>(i));
    if (!socket)
      return Failure{fmt::format("the service manager passed something else than a TCP listener: {}",
                                 socket.error().message)};
    inherited.sockets_.push_back({i < names.size() ? names[i] : std::string(), *std::move(socket)});
  }
  return inherited;
}

Outcome<net::ListeningSocket> InheritedSockets::by_name(std::string_view name) const {
  const Named* found = nullptr;
  for (const auto& each : sockets_) {
    if (each.name != name) continue;
    if (found != nullptr)
      return Failure{
          fmt::format("several inherited sockets are called '{}': give fd:0, fd:1 ... or name each by "
                      "FileDescriptorName=",
                      name)};
    found = &each;
  }
  const auto position = parse_count(name);
  if (found == nullptr && position && *position < sockets_.size()) found = &sockets_[*position];
  if (found == nullptr)
    return Failure{fmt::format("no inherited socket is called '{}': the service manager has passed {}", name,
                               sockets_.size())};
  return found->socket.duplicate();
}

std::optional<net::ListeningSocket> InheritedSockets::by_address(const net::tcp::endpoint& address) const {
  for (const auto& each : sockets_) {
    if (each.socket.address() != address || address.port() == 0) continue;
    auto copy = each.socket.duplicate();
    if (copy) return *std::move(copy);
  }
  return std::nullopt;
}

}  // namespace understudy::proxy
