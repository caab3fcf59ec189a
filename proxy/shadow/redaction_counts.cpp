#include "proxy/shadow/redaction_counts.hpp"

#include "core/scrub/tally.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

namespace understudy::proxy {

RedactionCounts::RedactionCounts() {
  for (std::size_t i = 0; i < scrub::kDetectorCount; ++i)
    counts_.push_back({std::string(scrub::name_of(static_cast<scrub::Detector>(i))), 0});
}

void RedactionCounts::add(std::span<const scrub::Hit> hits, bool body_failed) {
  if (hits.empty() && !body_failed) return;
  const std::lock_guard lock(mutex_);
  bodies_failed_ += body_failed ? 1 : 0;
  for (const auto& hit : hits) {
    const auto known = std::find_if(counts_.begin(), counts_.end(),
                                    [&](const DetectorCount& each) { return each.detector == hit.detector; });
    if (known == counts_.end()) {
      counts_.push_back({hit.detector, hit.count});
    } else {
      known->redactions += hit.count;
    }
  }
}

std::vector<DetectorCount> RedactionCounts::by_detector() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

std::uint64_t RedactionCounts::bodies_failed() const {
  const std::lock_guard lock(mutex_);
  return bodies_failed_;
}

}  // namespace understudy::proxy
