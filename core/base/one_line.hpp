// Sentences that quote strangers, for a terminal or a log: one line, however the quoted text looks.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace understudy {

/// What `one_line` returns has at most about this many bytes; of longer text the middle is left out.
inline constexpr std::size_t kOneLineBytesMax = 1024;

/// `text` with control characters (also DEL and the C1 ones that terminals obey) and bytes that are no UTF-8
/// written as \n, \t or \x1b.
std::string one_line(std::string_view text);

}  // namespace understudy
