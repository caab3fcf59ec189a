// Looks a host's name up again and again on the control thread, so that a failover in DNS is followed.
#pragma once

#include "core/net/endpoint.hpp"
#include "core/net/executor.hpp"
#include "core/net/worker.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace understudy::proxy {

/// Does nothing for an address or a Unix socket. A failed look-up is logged and keeps the last addresses.
/// Made and destroyed on the worker's thread, or while that does not run.
class NameWatch {
 public:
  /// Until a name has been resolved for the first time.
  static constexpr std::chrono::seconds kUnresolvedInterval{1};
  /// What a look-up has found, never empty; called for every one that succeeds.
  using Found = std::function<void(std::vector<net::tcp::endpoint>)>;

  NameWatch(net::Worker& worker, const net::OriginUrl& origin, bool resolved,
            std::chrono::nanoseconds interval, Found found);
  ~NameWatch();
  NameWatch(const NameWatch&) = delete;
  NameWatch& operator=(const NameWatch&) = delete;

 private:
  struct State;
  static net::Task<> watch(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;  ///< shared with the task, which may end later
};

}  // namespace understudy::proxy
