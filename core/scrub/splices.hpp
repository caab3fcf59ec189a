// The edits to one run of raw bytes: everything outside them stays byte-identical.
#pragma once

#include "core/scrub/tally.hpp"
#include "core/scrub/tokens.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::scrub {

/// Replaces raw[begin, end).
struct Splice {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string replacement;
  Detector detector = Detector::credential_field;
};

class Splices {
 public:
  void add(Splice splice) { splices_.push_back(std::move(splice)); }
  bool empty() const noexcept { return splices_.empty(); }
  std::size_t size() const noexcept { return splices_.size(); }
  /// Forgets what was added after there were `count`, when a guess about the content turned out wrong.
  void roll_back(std::size_t count) { splices_.resize(count); }

  /// The bytes with all edits made, each counted. Of two overlapping edits the one that covers the other
  /// wins; where neither does, both ranges together become one opaque token.
  std::string apply(std::string_view raw, const Tokens& tokens, Tally& tally);

 private:
  void merge_overlaps(std::string_view raw, const Tokens& tokens);

  std::vector<Splice> splices_;
};

}  // namespace understudy::scrub
