// A whole proxy in the test's own process: real sockets, real workers, no signals.
#pragma once

#include "proxy/server.hpp"
#include "tests/support/scripted_origin.hpp"

#include <stdexcept>
#include <string_view>
#include <thread>

namespace understudy::test {

/// An ordinary request.
inline constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: shop\r\n\r\n";

/// One worker on a free loopback port with timeouts that suit tests; change `config` before `RunningProxy`.
inline proxy::ProxyConfig proxy_config(std::uint16_t primary_port) {
  proxy::ProxyConfig config;
  config.listeners.emplace_back().address = *net::parse_listen_address("127.0.0.1:0");
  config.primary = *net::parse_origin_url("http://127.0.0.1:" + std::to_string(primary_port));
  config.workers = 1;
  config.scrub.key[0] = 1;
  config.downstream.timeouts.drain_idle = std::chrono::milliseconds(1);
  return config;
}

/// Serves from construction to destruction.
class RunningProxy {
 public:
  explicit RunningProxy(const proxy::ProxyConfig& config)
      : server_(open(config)), thread_([this] { code_ = server_->run(); }) {}
  explicit RunningProxy(const ScriptedOrigin& primary) : RunningProxy(proxy_config(primary.port())) {}
  ~RunningProxy() {
    if (thread_.joinable()) server_->stop();
    join();
  }
  RunningProxy(const RunningProxy&) = delete;
  RunningProxy& operator=(const RunningProxy&) = delete;

  std::uint16_t port() const { return server_->addresses().front().port(); }
  proxy::ProxyServer& server() { return *server_; }
  const proxy::WorkerCounters& counters() const { return *server_->counters().front(); }

  /// Waits for the end that `drain` or `stop` has begun.
  ExitCode join() {
    if (thread_.joinable()) thread_.join();
    return code_;
  }

 private:
  static std::unique_ptr<proxy::ProxyServer> open(const proxy::ProxyConfig& config) {
    auto server = proxy::ProxyServer::open(config);
    if (!server) throw std::runtime_error(server.error().message);
    return std::move(*server);
  }

  std::unique_ptr<proxy::ProxyServer> server_;
  ExitCode code_ = ExitCode::ok;
  std::thread thread_;
};

/// True when `condition` holds within ten seconds.
template <class Condition>
bool eventually(Condition condition) {
  for (int i = 0; i < 1000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return condition();
}

}  // namespace understudy::test
