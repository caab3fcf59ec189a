#include "core/scrub/splices.hpp"

#include <algorithm>

namespace understudy::scrub {

void Splices::merge_overlaps(std::string_view raw, const Tokens& tokens) {
  // Stable: of equal ranges a credential ends up in front, else the one added last, which came from the
  // deepest layer.
  std::reverse(splices_.begin(), splices_.end());
  const auto is_credential = [](const Splice& splice) {
    return splice.detector == Detector::credential_field;
  };
  std::stable_sort(splices_.begin(), splices_.end(), [&](const Splice& a, const Splice& b) {
    if (a.begin != b.begin) return a.begin < b.begin;
    return a.end != b.end ? a.end > b.end : is_credential(a) && !is_credential(b);
  });
  std::size_t kept = 0;
  for (std::size_t i = 1; i < splices_.size(); ++i) {
    auto& last = splices_[kept];
    auto& next = splices_[i];
    if (next.begin >= last.end) {
      if (++kept != i) splices_[kept] = std::move(next);
    } else if (next.end > last.end) {
      last.end = next.end;
      last.replacement = tokens.opaque(raw.substr(last.begin, last.end - last.begin));
    }
  }
  splices_.resize(kept + 1);
}

std::string Splices::apply(std::string_view raw, const Tokens& tokens, Tally& tally) {
  if (splices_.empty()) return std::string(raw);
  merge_overlaps(raw, tokens);
  std::string out;
  out.reserve(raw.size() + splices_.size() * 16);
  std::size_t at = 0;
  for (const auto& splice : splices_) {
    out.append(raw.substr(at, splice.begin - at)).append(splice.replacement);
    at = splice.end;
    tally.add(splice.detector);
  }
  out.append(raw.substr(at));
  return out;
}

}  // namespace understudy::scrub
