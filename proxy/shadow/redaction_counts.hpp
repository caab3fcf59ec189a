// How often each detector has replaced something: counts for metrics, never a value.
#pragma once

#include "core/scrub/scrubber.hpp"
#include "proxy/shadow/shadow_stats.hpp"

#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

namespace understudy::proxy {

/// Any thread. The lock is never contended but by a scrape, and the data plane never takes it.
class RedactionCounts {
 public:
  /// Every detector of the closed list is there from the start, with 0.
  RedactionCounts();
  void add(std::span<const scrub::Hit> hits, bool body_failed);
  std::vector<DetectorCount> by_detector() const;
  std::uint64_t bodies_failed() const;

 private:
  mutable std::mutex mutex_;
  std::vector<DetectorCount> counts_;
  std::uint64_t bodies_failed_ = 0;
};

}  // namespace understudy::proxy
