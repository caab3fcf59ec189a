// An origin whose every byte a test decides: answers, stalls, closes early, resets or sends garbage.
#pragma once

#include "tests/support/blocking_socket.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace understudy::test {

class ScriptedOrigin;

/// One accepted connection, on a thread of its own. See BlockingSocket for sending, reading and closing.
class OriginConnection : public BlockingSocket {
 public:
  OriginConnection(ScriptedOrigin& origin, int descriptor, std::size_t index);

  /// 0 for the first connection of the origin.
  std::size_t index() const noexcept { return index_; }
  /// The next whole request as raw bytes, recorded in `ScriptedOrigin::requests`; empty when the peer has
  /// closed.
  std::string read_request();
  /// Does nothing until the peer closes or the origin is destroyed.
  void stall();

 private:
  ScriptedOrigin& origin_;
  std::size_t index_;
};

/// Listens on a loopback port until destroyed; the destructor ends all connections and joins their threads.
class ScriptedOrigin {
 public:
  using Script = std::function<void(OriginConnection&)>;

  /// `script` runs once per connection; the connection is closed when it returns.
  explicit ScriptedOrigin(Script script);
  ~ScriptedOrigin();
  ScriptedOrigin(const ScriptedOrigin&) = delete;
  ScriptedOrigin& operator=(const ScriptedOrigin&) = delete;

  /// A script that answers the requests of a connection in turn with these bytes, the last one again and
  /// again.
  static Script answers(std::vector<std::string> responses);
  /// A script that takes the connection and never answers.
  static Script hangs();
  /// "HTTP/1.1 200 OK" with Content-Length and this body.
  static std::string ok(std::string_view body);

  std::uint16_t port() const noexcept { return port_; }
  std::string url() const;
  std::size_t connections() const;
  /// All requests read so far, in order of arrival.
  std::vector<std::string> requests() const;
  /// False when it takes more than ten seconds.
  bool wait_for_requests(std::size_t count) const;
  bool wait_for_connections(std::size_t count) const;
  /// Waits until the scripts of `count` connections have returned.
  bool wait_for_finished(std::size_t count) const;

 private:
  friend class OriginConnection;
  struct Running {
    Running(ScriptedOrigin& origin, int descriptor, std::size_t index)
        : connection(origin, descriptor, index) {}
    OriginConnection connection;
    std::thread thread;
  };
  void accept_all();
  void record(std::string request);

  Script script_;
  int listener_;
  std::uint16_t port_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<std::string> requests_;
  std::size_t finished_ = 0;
  std::list<Running> running_;
  std::thread acceptor_;
};

}  // namespace understudy::test
