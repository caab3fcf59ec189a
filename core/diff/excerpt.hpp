// Bounded, printable pieces of values for reports: whatever a body holds, an excerpt is short and valid
// UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace understudy::diff {

inline constexpr std::size_t kExcerptBytes = 200;

/// The first `bytes_max` bytes; a cut is marked by "...", invalid UTF-8 and control characters become U+FFFD.
std::string excerpt(std::string_view text, std::size_t bytes_max = kExcerptBytes);

/// The first lines that differ, for texts that are not compared structurally.
struct LinePair {
  std::string_view recorded;
  std::string_view replayed;
};
LinePair first_different_lines(std::string_view recorded, std::string_view replayed) noexcept;

}  // namespace understudy::diff
