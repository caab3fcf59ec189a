// The edits to one run of raw bytes: everything outside them stays byte-identical.
#pragma once

#include "core/scrub/tally.hpp"
#include "core/scrub/tokens.hpp"

#include <cstddef>
#include <optional>
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

/// How often a text is looked at again after a change, until nothing more is found.
inline constexpr int kPassesMax = 4;

/// Scans and replaces until a pass finds nothing: a replacement can bring out what its neighbours hid, and a
/// second scrub must change nothing. `scan(std::string_view, Splices&)` returns false when it does not
/// understand the text. Nothing when that happens, or when the last pass still found something; else whether
/// `text` was changed.
template <class Scan>
std::optional<bool> settle(std::string& text, const Tokens& tokens, Tally& tally, Scan&& scan) {
  for (int pass = 0; pass < kPassesMax; ++pass) {
    Splices splices;
    if (!scan(std::string_view(text), splices)) return std::nullopt;
    if (splices.empty()) return pass > 0;
    text = splices.apply(text, tokens, tally);
  }
  return std::nullopt;
}

}  // namespace understudy::scrub
