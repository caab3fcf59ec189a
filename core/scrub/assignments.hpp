// "name=value" inside a text: parameters of a URL in a header or a JSON string, pairs in a list.
#pragma once

#include "core/scrub/leaf.hpp"
#include "core/scrub/span_set.hpp"

namespace understudy::scrub {

/// Whether any name before an '=' means a credential.
bool has_secret_assignment(std::string_view text) noexcept;

/// Replaces values whose name says that they are credentials, except where a value overlaps a token
/// (`inert`).
void scan_assignments(const MappedText& text, const SpanSet& inert, const Pass& pass, Splices& splices);

}  // namespace understudy::scrub
