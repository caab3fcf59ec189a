// Structural comparison of two JSON documents.
#pragma once

#include "core/diff/difference_sink.hpp"
#include "core/diff/json_tree.hpp"

namespace understudy::diff {

/// Adds every difference and the leaves compared. Paths are JSON Pointers (RFC 6901) with '*' for array
/// positions; member names that are UUIDs or long hex ids become {uuid} and {hex}.
void diff_json(const JsonTree& recorded, const JsonTree& replayed, DifferenceSink& sink);

}  // namespace understudy::diff
