// One primary host as all threads share it: in service or not, and what each worker has counted of it.
#pragma once

#include "core/net/executor.hpp"
#include "proxy/exchange/counters.hpp"
#include "proxy/upstream/primary_config.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace understudy::proxy {

/// Written by one worker, read by any thread. On lines of its own, so that workers do not slow each other.
struct alignas(64) HostCounters {
  std::array<SingleWriterCounter, 5> responses;  ///< by class of the final status, 1xx (101) to 5xx
  SingleWriterCounter errors;                    ///< requests that this host left without a response head
  std::atomic<std::uint64_t> connections_open{0};
};

/// Made by the control thread, shared with every worker until the last of them has let go of the host.
class HostRecord {
 public:
  /// `suspect` is called on a worker's thread when `consecutive_errors` is reached, once until `reviewed`.
  HostRecord(std::string name, std::size_t workers, std::function<void()> suspect)
      : name_(std::move(name)), suspect_(std::move(suspect)), counters_(workers) {}

  const std::string& name() const noexcept { return name_; }
  /// Neither unhealthy nor ejected. Any thread.
  bool in_service() const noexcept { return in_service_.load(std::memory_order_relaxed); }
  const std::vector<HostCounters>& counters() const noexcept { return counters_; }

  // Workers.
  HostCounters& counters_of(std::size_t worker) noexcept { return counters_[worker]; }
  void succeeded() noexcept {
    if (errors_.load(std::memory_order_relaxed) != 0) errors_.store(0, std::memory_order_relaxed);
  }
  void failed() {
    const auto limit = error_limit_.load(std::memory_order_relaxed);
    if (limit == 0 || (errors_.fetch_add(1, std::memory_order_relaxed) + 1) % limit != 0) return;
    if (!suspected_.exchange(true)) suspect_();
  }

  // The control thread.
  void set_in_service(bool in_service) noexcept { in_service_.store(in_service, std::memory_order_relaxed); }
  /// 0: errors are not counted.
  void set_error_limit(std::uint64_t limit) noexcept { error_limit_.store(limit, std::memory_order_relaxed); }
  /// The suspicion was looked at: the count begins anew.
  void reviewed() noexcept {
    errors_.store(0, std::memory_order_relaxed);
    suspected_.store(false);
  }

 private:
  const std::string name_;
  const std::function<void()> suspect_;
  std::vector<HostCounters> counters_;
  alignas(64) std::atomic<bool> in_service_{true};
  std::atomic<std::uint64_t> error_limit_{0};
  alignas(64) std::atomic<std::uint64_t> errors_{0};  ///< in a row, of all workers
  std::atomic<bool> suspected_{false};
};

/// Which hosts there are: an immutable snapshot that the control thread posts to the workers.
struct HostSet {
  struct Entry {
    std::shared_ptr<HostRecord> record;
    net::OriginUrl url;
    std::vector<net::Endpoint> endpoints;  ///< empty while the name has never been resolved
    unsigned weight = 1;
    std::shared_ptr<net::TlsClientSource> tls;  ///< null: plain
  };
  std::vector<Entry> entries;
  Balance balance = Balance::round_robin;
};

}  // namespace understudy::proxy
