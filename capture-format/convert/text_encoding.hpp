// Byte order marks: UTF-16 files become UTF-8, and no mark is left.
#pragma once

#include <string>

namespace understudy::capture {

/// Text with a UTF-16 mark is converted, halves of surrogate pairs that stand alone becoming U+FFFD; a UTF-8
/// mark is removed; anything else stays as it is. Without a mark, UTF-16 is known by its first brace.
void normalize_encoding(std::string& text);

}  // namespace understudy::capture
