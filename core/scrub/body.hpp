// Bodies: decoded, understood by content as well as by label, scrubbed, or given up.
#pragma once

#include "core/http/fields.hpp"
#include "core/scrub/leaf.hpp"
#include "core/scrub/scrubber.hpp"

#include <string>

namespace understudy::scrub {

/// Scrubs `body` in place. With `redacted` it holds the decoded bytes with their replacements, with `clean`
/// what it held before, else nothing. `fields` describe it and are not changed.
BodyState scrub_body(std::string& body, const http::Fields& fields, const Options& options, const Pass& pass,
                     Tally& tally);

}  // namespace understudy::scrub
