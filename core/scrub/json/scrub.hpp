// Scrubbing of JSON documents: every value, every key, whatever the spelling; the shape and all types stay.
#pragma once

#include "core/scrub/leaf.hpp"

namespace understudy::scrub {

/// False when `text` is not one JSON document of allowed depth; then nothing was added to `splices`.
/// `nesting` counts the documents around this one. `raw` is the outermost buffer that the splices are offsets
/// into.
bool scrub_json(std::string_view raw, const MappedText& text, const Pass& pass, Splices& splices,
                unsigned nesting);

}  // namespace understudy::scrub
