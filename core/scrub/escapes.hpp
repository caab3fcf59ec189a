// One layer of the escapes that text outside of JSON syntax can hide characters behind.
#pragma once

#include "core/scrub/mapped_text.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace understudy::scrub {

/// Layers that are undone before a text counts as undecidable.
inline constexpr int kEscapeLayersMax = 3;

/// Undoes %XX and %uXXXX (URLs), &#NN; &#xHH; and a few named references (markup), \uXXXX and \xHH (scripts),
/// and with `plus_is_space` '+' (forms). Nothing when no escape is there that could hide part of a value.
std::optional<MappedText> undo_escapes(const MappedText& text, bool plus_is_space);

/// The same without the way back, several times faster; false when there is nothing to undo.
bool undo_escapes(std::string_view text, bool plus_is_space, std::string& decoded);

}  // namespace understudy::scrub
