// The scrubber's hits as a record tells them: one count for each rule.
#pragma once

#include "capture-format/record.hpp"
#include "core/scrub/scrubber.hpp"

#include <span>
#include <vector>

namespace understudy::capture {

/// Adds to the counts that are there; the rules' names live as long as the scrubber.
void add_rule_hits(std::span<const scrub::Hit> hits, std::vector<RuleHitView>& into);

}  // namespace understudy::capture
