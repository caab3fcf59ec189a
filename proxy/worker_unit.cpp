#include "proxy/worker_unit.hpp"

namespace understudy::proxy {

WorkerUnit::WorkerUnit(unsigned index, const DataPlaneOptions& options, const SampleShare& share,
                       const Tee::Options& tee)
    : worker_(std::make_unique<net::Worker>(index)), tee_(tee), plane_(*worker_, options, share, tee_) {}

void WorkerUnit::start() {
  plane_.start();
  thread_ = std::thread([worker = worker_.get()] { worker->run(); });
}

void WorkerUnit::end() {
  if (!worker_) return;
  worker_->stop();
  if (thread_.joinable()) thread_.join();
  plane_.close();
  worker_.reset();
}

}  // namespace understudy::proxy
