// Header and trailer fields: credentials by name, everything else by what is in it.
#pragma once

#include "core/http/fields.hpp"
#include "core/scrub/leaf.hpp"

namespace understudy::scrub {

/// Scrubs names and values in place, order kept. When nothing is found `fields` is not touched and nothing
/// allocated.
void scrub_fields(http::Fields& fields, const Pass& pass, Tally& tally);

}  // namespace understudy::scrub
