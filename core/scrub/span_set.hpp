// Ranges of a text that can be asked whether another one touches them.
#pragma once

#include "core/scrub/mapped_text.hpp"

#include <algorithm>
#include <vector>

namespace understudy::scrub {

/// Asking costs a binary search, so that a body full of hits stays cheap.
class SpanSet {
 public:
  SpanSet() = default;

  explicit SpanSet(std::vector<Span> spans) : spans_(std::move(spans)) {
    std::sort(spans_.begin(), spans_.end(), [](Span a, Span b) { return a.begin < b.begin; });
    std::size_t kept = 0;
    for (std::size_t i = 1; i < spans_.size(); ++i) {
      if (spans_[i].begin < spans_[kept].end) {
        spans_[kept].end = std::max(spans_[kept].end, spans_[i].end);
      } else {
        spans_[++kept] = spans_[i];
      }
    }
    if (!spans_.empty()) spans_.resize(kept + 1);
  }

  bool overlaps(Span span) const noexcept {
    const auto after = std::partition_point(spans_.begin(), spans_.end(),
                                            [&](Span member) { return member.end <= span.begin; });
    return after != spans_.end() && after->begin < span.end;
  }

 private:
  std::vector<Span> spans_;  ///< sorted and disjoint
};

}  // namespace understudy::scrub
