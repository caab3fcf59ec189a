// Field lines to fields (RFC 9112 §5): the one reader of heads and of trailers.
#pragma once

#include "core/base/result.hpp"
#include "core/http/fields.hpp"
#include "core/http/framing_rules.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace understudy::http {

/// Connection options in one head; more is an attack on whoever has to compare each with each field.
inline constexpr std::size_t kMaxConnectionOptions = 32;

/// Whitespace between a field's name and its colon: a proxy refuses it in requests and removes it from
/// responses (RFC 9112 §5.1).
enum class SpaceBeforeColon : std::uint8_t { refused, removed };

/// Reads `lines`, a whole field section with its final empty line as SectionScanner found it, appending to
/// `fields` and noting in `framing` what decides framing and persistence. Errors: bad_field,
/// bad_content_length, too_many_fields.
Result<> parse_field_section(std::string_view lines, std::size_t max_fields, SpaceBeforeColon space,
                             Fields& fields, FramingFields& framing);

}  // namespace understudy::http
