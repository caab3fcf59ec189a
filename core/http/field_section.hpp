// Field lines to fields (RFC 9112 §5): the one place where Beast's parser runs, for heads and for trailers.
#pragma once

#include "core/base/result.hpp"
#include "core/http/fields.hpp"
#include "core/http/framing_rules.hpp"

#include <cstddef>
#include <string_view>

namespace understudy::http {

/// Connection options in one head; more is an attack on whoever has to compare each with each field.
inline constexpr std::size_t kMaxConnectionOptions = 32;

/// Reads `lines`, a whole field section with its final empty line (see SectionScanner), appending to `fields`
/// and noting in `framing` what decides framing and persistence. Errors: bad_field, bad_content_length,
/// ambiguous_framing, too_many_fields.
Result<> parse_field_section(std::string_view lines, std::size_t max_fields, Fields& fields,
                             FramingFields& framing);

}  // namespace understudy::http
