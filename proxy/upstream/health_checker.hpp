// Asks one host again and again whether it is well, with requests of our own on the control thread.
#pragma once

#include "core/net/client.hpp"
#include "core/net/endpoint.hpp"
#include "core/net/worker.hpp"
#include "proxy/upstream/health_state.hpp"
#include "proxy/upstream/primary_config.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::proxy {

/// GET over a connection of its own each time, so that a host which accepts no more is found out. The first
/// check comes at once. Made and destroyed on the worker's thread, or while that does not run.
class HealthChecker {
 public:
  struct Subject {
    net::OriginUrl url;
    HealthCheckOptions options;
    std::function<std::vector<net::Endpoint>()> endpoints;  ///< as of now
    /// `cause` for people: "status 503", "connection refused".
    std::function<void(HealthResult, std::string_view cause)> report;
    std::shared_ptr<net::TlsClientSource> tls;  ///< null: plain
  };

  HealthChecker(net::Worker& worker, Subject subject);
  ~HealthChecker();
  HealthChecker(const HealthChecker&) = delete;
  HealthChecker& operator=(const HealthChecker&) = delete;

 private:
  struct State;
  static net::Task<> keep_checking(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;  ///< shared with the task, which may end later
};

/// The request of a check, whole.
std::string health_request(const net::OriginUrl& url, std::string_view path);

/// What a failed send says about the host.
HealthResult health_result(const boost::system::error_code& error) noexcept;

}  // namespace understudy::proxy
