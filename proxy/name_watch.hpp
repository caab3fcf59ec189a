// Looks up the primary's name again and again on the control thread, so that a failover in DNS is followed.
#pragma once

#include "core/net/endpoint.hpp"
#include "core/net/executor.hpp"
#include "core/net/worker.hpp"

#include <chrono>
#include <functional>
#include <vector>

namespace understudy::proxy {

/// Does nothing for an address. A failed look-up keeps the last addresses. Lives on the worker's thread or
/// before it runs; destroyed before the worker or after its loop has ended.
class NameWatch {
 public:
  static constexpr std::chrono::seconds kInterval{30};
  using Found = std::function<void(std::vector<net::tcp::endpoint>)>;

  NameWatch(net::Worker& worker, const net::OriginUrl& origin, Found found);

 private:
  net::Task<> watch();

  net::Worker& worker_;
  net::OriginUrl origin_;
  Found found_;
};

}  // namespace understudy::proxy
