// Which elements of two arrays belong together: by key, as a multiset, by longest common subsequence, by
// position.
#pragma once

#include "core/diff/json_tree.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace understudy::diff {

/// Node indices. Pairs are still to be compared; equal elements may be left out of them.
struct Alignment {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  std::vector<std::uint32_t> removed;  ///< only in the recording
  std::vector<std::uint32_t> added;    ///< only in the replay
  bool reordered = false;
  bool too_long = false;  ///< over kLeftoversMax unequal elements: nothing could be aligned
};

/// Longest common subsequence and positions are only tried with at most so many elements on a side that are
/// not equal at the ends: the table is quadratic (8 MB here).
inline constexpr std::size_t kLeftoversMax = 2'000;

/// `recorded` and `replayed` are arrays that are not equal.
Alignment align_arrays(const JsonTree& recorded_tree, std::uint32_t recorded, const JsonTree& replayed_tree,
                       std::uint32_t replayed);

}  // namespace understudy::diff
