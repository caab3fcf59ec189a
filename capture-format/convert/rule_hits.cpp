#include "capture-format/convert/rule_hits.hpp"

#include <algorithm>

namespace understudy::capture {

void add_rule_hits(std::span<const scrub::Hit> hits, std::vector<RuleHitView>& into) {
  for (const auto& hit : hits) {
    const auto known = std::find_if(into.begin(), into.end(),
                                    [&hit](const RuleHitView& each) { return each.rule == hit.detector; });
    if (known == into.end())
      into.push_back({hit.detector, hit.count});
    else
      known->count += hit.count;
  }
}

}  // namespace understudy::capture
