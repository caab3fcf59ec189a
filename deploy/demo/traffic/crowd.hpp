// All visitors together: a few at a time, each on a keep-alive connection of its own, at one steady rate.
#pragma once

#include "core/net/client.hpp"
#include "core/net/worker.hpp"
#include "deploy/demo/traffic/persona.hpp"
#include "deploy/demo/traffic/visit.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace understudy::demo {

struct CrowdOptions {
  net::ClientOptions client;
  std::uint64_t requests = 4'000;
  std::uint64_t seed = 1;
  std::size_t connections = 16;  ///< visitors at a time
  double rate_per_second = 500;  ///< of all connections together
};

struct CrowdResult {
  std::uint64_t sent = 0;
  std::uint64_t failed = 0;  ///< no response
  std::uint64_t visits = 0;
  std::map<unsigned, std::uint64_t> by_status;
  PlantedValues planted;
};

/// Sends the visits 0, 1, 2 ... of the seed, each on a connection of its own from its first request to its
/// last. Which visits there are, and what each sends, depends on the seed alone. Lives on one worker's
/// thread.
class Crowd {
 public:
  Crowd(net::Worker& worker, const CrowdOptions& options);

  /// Starts the tasks; `done` is called when all requests were answered or failed.
  void start(std::function<void()> done);
  const CrowdResult& result() const noexcept { return result_; }

 private:
  Visit visit(std::size_t index) const;
  net::Task<> walk_in();
  net::Task<bool> send_one(net::ClientConnection& connection, const http::Request& request,
                           http::Response& response);

  net::Worker& worker_;
  CrowdOptions options_;
  std::string host_;
  std::vector<Persona> personas_;
  CrowdResult result_;
  Monotonic::time_point start_;
  std::uint64_t next_request_ = 0;
  std::size_t next_visit_ = 0;
  std::size_t last_visit_requests_ = 0;  ///< the last visit is cut so that the sum is exact
};

}  // namespace understudy::demo
