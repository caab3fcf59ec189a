// Sends planned exchanges on time: one dispatcher, a bounded set of connections, every session in its order.
#pragma once

#include "core/net/client.hpp"
#include "core/net/worker.hpp"
#include "replay/accounting.hpp"
#include "replay/handover.hpp"
#include "replay/judge/histogram.hpp"
#include "replay/planned_exchange.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

namespace understudy::replay {

struct DriverOptions {
  net::ClientOptions client;
  std::size_t lanes = 64;           ///< connections, and so requests in flight
  std::size_t waiting_max = 8'192;  ///< due exchanges that wait for their session or a connection
  std::chrono::nanoseconds late_max = std::chrono::seconds(10);
  std::uint64_t hopeless_after = 64;  ///< failures without any answer after which the run ends
  bool paced = true;
};

/// Why a run ended before its plan did.
enum class EndedEarly : std::uint8_t { no, interrupted, target_unreachable };

/// Written by the driver's thread; the counters may be read by others while it runs.
struct DriverCounts {
  std::atomic<std::uint64_t> taken{0};     ///< from the plan
  std::atomic<std::uint64_t> answered{0};  ///< handed to the judge with a complete answer
  std::atomic<std::uint64_t> failed{0};
  std::uint64_t shed = 0;
  std::uint64_t abandoned = 0;              ///< taken, but not sent because the run ended early
  std::uint64_t not_scheduled_in_time = 0;  ///< exchanges that met the bound on waiting
  Histogram lateness;                       ///< actual send after the due time
  Histogram dispatch_lag;  ///< of the generator itself: woken after the due time with nothing in the way
  EndedEarly ended_early = EndedEarly::no;
};

/// Lives on one worker's thread. Requests of a session go out one after the other, the next when the answer
/// before is whole; sessions go out independently, over whichever connection is free. A due exchange that
/// cannot start waits; beyond `waiting_max` the dispatcher waits too, so that nothing grows. One that is over
/// `late_max` late is shed.
class Driver {
 public:
  Driver(net::Worker& worker, const DriverOptions& options, Handover<PlannedExchange>& plan,
         Handover<AnsweredExchange>& answers, MemoryBudgets& budgets);
  ~Driver();
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  /// On the worker's thread or before it runs: starts everything. The worker is stopped when all is done.
  void start();
  /// On the worker's thread: sends nothing more; what is in flight gets two seconds.
  void interrupt() { end_early(EndedEarly::interrupted); }

  const DriverCounts& counts() const noexcept { return counts_; }
  std::chrono::nanoseconds elapsed() const noexcept { return ended_ - started_; }

 private:
  struct Lane;
  struct Session {
    std::deque<PlannedExchange> waiting;
    bool busy = false;
  };

  net::Task<> dispatch();
  net::Task<bool> take(PlannedExchange& exchange);
  net::Task<> wait_until_due(std::chrono::nanoseconds due);
  net::Task<> wait_for_room();
  void enqueue(PlannedExchange&& exchange);
  net::Task<> run_lane(std::size_t index);
  net::Task<> send(Lane& lane, PlannedExchange& exchange);
  net::Task<> hand_to_judge(Lane& lane, AnsweredExchange& answered);
  std::uint64_t take_ready(PlannedExchange& exchange);
  void release(std::uint64_t session);
  void wake_lane();
  void end_early(EndedEarly why);
  void abandon(const PlannedExchange& exchange);
  bool stopping() const noexcept { return counts_.ended_early != EndedEarly::no; }
  void finish();

  net::Worker& worker_;
  DriverOptions options_;
  Handover<PlannedExchange>& plan_;
  Handover<AnsweredExchange>& answers_;
  MemoryBudgets& budgets_;
  DriverCounts counts_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::vector<std::size_t> idle_lanes_;
  std::unordered_map<std::uint64_t, Session> sessions_;
  std::deque<std::uint64_t> ready_;  ///< sessions with something to send and nothing in flight
  std::size_t waiting_ = 0;
  net::Timer clock_;  ///< the dispatcher's
  net::Timer grace_;
  Monotonic::time_point started_;
  Monotonic::time_point ended_;
  std::size_t lanes_running_ = 0;
  bool dispatched_all_ = false;
};

}  // namespace understudy::replay
