// A worker with all that lives on it, and its orderly end.
#pragma once

#include "core/base/result.hpp"
#include "core/net/executor.hpp"
#include "core/net/worker.hpp"
#include "proxy/config/config.hpp"
#include "proxy/downstream/data_plane.hpp"
#include "proxy/downstream/sampler.hpp"
#include "proxy/exchange/tee.hpp"

#include <memory>
#include <thread>
#include <vector>

namespace understudy::proxy {

/// Made, started and ended by the control thread.
class WorkerUnit {
 public:
  WorkerUnit(unsigned index, const DataPlaneOptions& options, const SampleShare& share,
             const Tee::Options& tee);
  ~WorkerUnit() { end(); }
  WorkerUnit(const WorkerUnit&) = delete;
  WorkerUnit& operator=(const WorkerUnit&) = delete;

  DataPlane& plane() noexcept { return plane_; }
  const DataPlane& plane() const noexcept { return plane_; }
  Tee* tee() noexcept { return &tee_; }

  void start();
  /// From any thread while it runs: `work` on the worker's thread.
  void post(std::function<void()> work) { worker_->post(std::move(work)); }
  /// Ends the thread. What still runs on the worker is destroyed with it, while its plane and tee exist.
  void end();

 private:
  // The worker is destroyed in `end`: its tasks use what stands below.
  std::unique_ptr<net::Worker> worker_;
  Tee tee_;
  DataPlane plane_;
  std::thread thread_;
};

}  // namespace understudy::proxy
