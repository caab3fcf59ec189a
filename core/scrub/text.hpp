// Bodies that are text but not one JSON document: prose, markup, scripts, forms, lines of JSON, event
// streams.
#pragma once

#include "core/scrub/leaf.hpp"

namespace understudy::scrub {

/// Valid UTF-8 without control characters other than white space: only such bytes are understood as text.
bool is_plain_text(std::string_view bytes) noexcept;

/// Whether markup declares a document type other than HTML's, whose entities could stand for anything.
bool declares_entities(std::string_view markup) noexcept;

/// The whole text by detectors, and each line that is a JSON document (or "data: " and one) by its keys as
/// well.
void scan_text(std::string_view raw, const Pass& pass, Splices& splices);

/// Whether every non-empty line is a JSON document; false leaves `splices` as it was.
bool scan_json_lines(std::string_view raw, const Pass& pass, Splices& splices);

}  // namespace understudy::scrub
