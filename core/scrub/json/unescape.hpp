// The text that a JSON string stands for.
#pragma once

#include "core/scrub/mapped_text.hpp"

namespace understudy::scrub {

/// `text` is what stands between the quotes, already checked by the lexer. A lone surrogate becomes U+FFFD.
MappedText unescape_json(const MappedText& text);

}  // namespace understudy::scrub
