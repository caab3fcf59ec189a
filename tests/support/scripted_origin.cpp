#include "tests/support/scripted_origin.hpp"

#include "tests/support/loopback.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

namespace understudy::test {
namespace {

constexpr std::chrono::seconds kPatience{10};
/// Scripts wait for as long as the origin lives; its destructor wakes them.
constexpr std::chrono::minutes kConnectionTimeout{5};

}  // namespace

OriginConnection::OriginConnection(ScriptedOrigin& origin, int descriptor, std::size_t index)
    : BlockingSocket(descriptor, kConnectionTimeout), origin_(origin), index_(index) {}

std::string OriginConnection::read_request() {
  auto request = read_message(true);
  if (!request.empty()) origin_.record(request);
  return request;
}

void OriginConnection::stall() { wait_for_close(); }

ScriptedOrigin::ScriptedOrigin(Script script)
    : script_(std::move(script)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  port_ = bind_loopback(listener_);
  ::listen(listener_, 128);
  acceptor_ = std::thread([this] { accept_all(); });
}

ScriptedOrigin::~ScriptedOrigin() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  for (auto& running : running_) running.connection.abort();
  for (auto& running : running_) running.thread.join();
}

void ScriptedOrigin::accept_all() {
  while (true) {
    const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor < 0) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      return;
    }
    const std::lock_guard lock(mutex_);
    auto& running = running_.emplace_back(*this, descriptor, running_.size());
    auto serve = [this, &connection = running.connection] {
      script_(connection);
      connection.close();
      const std::lock_guard ended(mutex_);
      ++finished_;
      changed_.notify_all();
    };
    running.thread = std::thread(serve);
    changed_.notify_all();
  }
}

void ScriptedOrigin::record(std::string request) {
  const std::lock_guard lock(mutex_);
  requests_.push_back(std::move(request));
  changed_.notify_all();
}

ScriptedOrigin::Script ScriptedOrigin::answers(std::vector<std::string> responses) {
  return [responses = std::move(responses)](OriginConnection& connection) {
    for (std::size_t at = 0; !connection.read_request().empty(); ++at)
      if (!connection.send(responses[std::min(at, responses.size() - 1)])) return;
  };
}

ScriptedOrigin::Script ScriptedOrigin::hangs() {
  return [](OriginConnection& connection) { connection.stall(); };
}

std::string ScriptedOrigin::ok(std::string_view body) {
  return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
}

std::string ScriptedOrigin::url() const { return fmt::format("http://127.0.0.1:{}", port_); }

std::size_t ScriptedOrigin::connections() const {
  const std::lock_guard lock(mutex_);
  return running_.size();
}

std::vector<std::string> ScriptedOrigin::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

bool ScriptedOrigin::wait_for_requests(std::size_t count) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return requests_.size() >= count; });
}

bool ScriptedOrigin::wait_for_connections(std::size_t count) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return running_.size() >= count; });
}

bool ScriptedOrigin::wait_for_finished(std::size_t count) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return finished_ >= count; });
}

}  // namespace understudy::test
