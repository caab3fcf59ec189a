// Queries and urlencoded forms: pairs of names and values (WHATWG URL §5).
#pragma once

#include "core/scrub/leaf.hpp"

namespace understudy::scrub {

/// Looks at raw[span] as "a=b&c=d"; ';' separates as well.
void scan_pairs(std::string_view raw, Span span, const Pass& pass, Splices& splices);

/// A request target or any other URL reference: path, then query.
void scan_target(std::string_view target, const Pass& pass, Splices& splices);

}  // namespace understudy::scrub
