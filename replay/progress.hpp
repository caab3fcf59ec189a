// The progress line on a terminal: done, rate, time left.
#pragma once

#include "core/net/worker.hpp"
#include "replay/driver.hpp"

#include <cstdint>

namespace understudy::replay {

/// Redraws one line on stderr twice a second, on the worker's thread, until destroyed; then the line is
/// cleared.
class Progress {
 public:
  Progress(net::Worker& worker, const DriverCounts& counts, std::uint64_t exchanges);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

 private:
  void schedule();
  void draw();

  const DriverCounts& counts_;
  std::uint64_t exchanges_;
  Monotonic::time_point started_;
  net::Timer timer_;
};

}  // namespace understudy::replay
