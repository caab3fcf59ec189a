// One way in which a response differs, and the result of comparing two.
#pragma once

#include "core/diff/kind.hpp"
#include "core/diff/value_class.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::diff {

/// Hashes of one occurrence's two values, in full.
struct ValueHashes {
  std::uint64_t recorded = 0;
  std::uint64_t replayed = 0;
};

/// All occurrences in one pair of responses that agree in path, kind, classes and clock likeness.
struct Difference {
  static constexpr std::size_t kHashesMax = 16;

  Kind kind = Kind::value_changed;
  std::string path;      ///< "/items/*/price", "header:X-Total-Count", "status"; "" is the whole body
  std::string recorded;  ///< of the first occurrence, at most kExcerptBytes, valid UTF-8
  std::string replayed;
  ValueClass recorded_class = ValueClass::text;
  ValueClass replayed_class = ValueClass::text;
  bool follows_clock = false;  ///< both values are times that stand alike to their own response's time
  std::uint32_t occurrences = 1;
  std::vector<ValueHashes> values;  ///< of the first kHashesMax occurrences
};

/// What `compare` found. Noise is not judged here: see NoiseModel.
struct Comparison {
  static constexpr std::size_t kDifferencesMax = 256;

  std::vector<Difference> differences;
  std::uint64_t leaves_compared = 0;  ///< status, headers and scalar values that were held against each other
  std::uint64_t differences_dropped = 0;  ///< beyond kDifferencesMax distinct ones
  std::string_view not_compared;          ///< why the body was not looked at (static text); empty when it was
};

}  // namespace understudy::diff
