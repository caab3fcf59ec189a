// Primary hosts for tests: origins that say their own name, and proxies in front of several of them.
#pragma once

#include "tests/component/proxy/running_proxy.hpp"
#include "tests/support/raw_client.hpp"

#include <atomic>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

namespace understudy::test {

/// Answers every request with its name, or with another status for as long as it is told to.
class NamedOrigin {
 public:
  explicit NamedOrigin(std::string name) : name_(std::move(name)), origin_(script()) {}

  std::string url() const { return origin_.url(); }
  const ScriptedOrigin& origin() const { return origin_; }
  /// 0: 200 with the name.
  void answer_with(unsigned status) { status_ = status; }
  /// For requests of health checks only.
  void answer_checks_with(unsigned status) { check_status_ = status; }

 private:
  ScriptedOrigin::Script script() {
    return [this](OriginConnection& connection) {
      for (;;) {
        const auto request = connection.read_request();
        if (request.empty()) return;
        const bool check = request.find("understudy-health-check") != std::string::npos;
        const unsigned status = check ? check_status_ : status_;
        const auto sent = status == 0 ? connection.send(ScriptedOrigin::ok(name_))
                                      : connection.send("HTTP/1.1 " + std::to_string(status) +
                                                        " As Told\r\nContent-Length: 0\r\n\r\n");
        if (!sent || check) return;
      }
    };
  }

  std::string name_;
  std::atomic<unsigned> status_{0};
  std::atomic<unsigned> check_status_{0};
  ScriptedOrigin origin_;
};

inline proxy::ProxyConfig config_of_hosts(std::initializer_list<std::string> urls) {
  auto config = proxy_config(1);
  config.primary.hosts.clear();
  for (const auto& url : urls) config.primary.hosts.push_back({*net::parse_origin_url(url)});
  return config;
}

inline std::string url_of_nobody() { return "http://127.0.0.1:" + std::to_string(unused_port()); }

/// Of `count` GETs on one connection: how many got which body, or "status N" where it was not 200.
inline std::map<std::string, int> ask(const RunningProxy& proxy, int count) {
  std::map<std::string, int> answers;
  RawClient client(proxy.port());
  for (int i = 0; i < count; ++i) {
    client.send("GET /a HTTP/1.1\r\nHost: shop\r\n\r\n");
    const auto response = client.read_response();
    const auto status = status_of(response);
    ++answers[status == 200 ? std::string(body_of(response)) : "status " + std::to_string(status)];
  }
  return answers;
}

}  // namespace understudy::test
