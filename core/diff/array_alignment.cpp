#include "core/diff/array_alignment.hpp"

#include "core/diff/decimal.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>

namespace understudy::diff {
namespace {

using Elements = std::vector<std::uint32_t>;
using KeyMap = std::unordered_map<std::string, std::size_t>;

Elements elements_of(const JsonTree& tree, std::uint32_t array) {
  Elements out;
  out.reserve(tree[array].children);
  for (auto at = array + 1; at < tree[array].next; at = tree[at].next) out.push_back(at);
  return out;
}

/// A scalar as text that is the same for 1 and "1"; nothing for what cannot identify an element.
std::optional<std::string> identity(const JsonNode& node) {
  if (node.type != JsonType::number && node.type != JsonType::string) return std::nullopt;
  if (node.text.empty() || node.text.size() > 256) return std::nullopt;
  if (auto decimal = canonical_decimal(node.text)) return decimal;
  return std::string(node.text);
}

/// Identity to position; nothing unless every element is an object that has `key` and no identity repeats.
std::optional<KeyMap> keys_of(const JsonTree& tree, const Elements& elements, std::string_view key) {
  KeyMap out;
  out.reserve(elements.size());
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const auto& element = tree[elements[i]];
    if (element.type != JsonType::object) return std::nullopt;
    std::optional<std::string> found;
    for (auto at = elements[i] + 1; at < element.next && !found; at = tree[at].next)
      if (tree[at].key == key) found = identity(tree[at]);
    if (!found || !out.emplace(std::move(*found), i).second) return std::nullopt;
  }
  return out;
}

bool align_by_key(const JsonTree& a, const Elements& as, const JsonTree& b, const Elements& bs,
                  Alignment& out) {
  constexpr std::array<std::string_view, 6> kKeys{"id", "uuid", "_id", "key", "name", "code"};
  for (const auto key : kKeys) {
    const auto left = keys_of(a, as, key);
    if (!left) continue;
    const auto right = keys_of(b, bs, key);
    if (!right) continue;
    const auto shared = static_cast<std::size_t>(
        std::ranges::count_if(*left, [&](const auto& entry) { return right->contains(entry.first); }));
    // Fresh ids on both sides identify nothing: then position is the better guess.
    if (shared * 2 < std::min(as.size(), bs.size())) continue;
    std::vector<std::size_t> partner(as.size(), SIZE_MAX);
    std::vector<bool> taken(bs.size(), false);
    for (const auto& [identity_text, position] : *left) {
      const auto found = right->find(identity_text);
      if (found == right->end()) continue;
      partner[position] = found->second;
      taken[found->second] = true;
    }
    std::size_t furthest = 0;
    for (std::size_t i = 0; i < as.size(); ++i) {
      if (partner[i] == SIZE_MAX) {
        out.removed.push_back(as[i]);
        continue;
      }
      if (partner[i] < furthest) out.reordered = true;
      furthest = std::max(furthest, partner[i]);
      out.pairs.emplace_back(as[i], bs[partner[i]]);
    }
    for (std::size_t i = 0; i < bs.size(); ++i)
      if (!taken[i]) out.added.push_back(bs[i]);
    return true;
  }
  return false;
}

bool same_multiset(const JsonTree& a, const Elements& as, const JsonTree& b, const Elements& bs) {
  if (as.size() != bs.size()) return false;
  const auto sorted_hashes = [](const JsonTree& tree, const Elements& elements) {
    std::vector<std::uint64_t> hashes;
    hashes.reserve(elements.size());
    for (const auto at : elements) hashes.push_back(tree[at].hash);
    std::ranges::sort(hashes);
    return hashes;
  };
  return sorted_hashes(a, as) == sorted_hashes(b, bs);
}

/// Between two common elements: what stands opposite each other is a pair, the rest is added or removed.
void align_gap(std::span<const std::uint32_t> as, std::span<const std::uint32_t> bs, Alignment& out) {
  const auto common = std::min(as.size(), bs.size());
  for (std::size_t i = 0; i < common; ++i) out.pairs.emplace_back(as[i], bs[i]);
  for (std::size_t i = common; i < as.size(); ++i) out.removed.push_back(as[i]);
  for (std::size_t i = common; i < bs.size(); ++i) out.added.push_back(bs[i]);
}

void align_by_subsequence(const JsonTree& a, std::span<const std::uint32_t> as, const JsonTree& b,
                          std::span<const std::uint32_t> bs, Alignment& out) {
  const auto width = bs.size() + 1;
  std::vector<std::uint16_t> length((as.size() + 1) * width, 0);
  const auto cell = [&](std::size_t i, std::size_t j) -> std::uint16_t& { return length[i * width + j]; };
  for (std::size_t i = as.size(); i-- > 0;)
    for (std::size_t j = bs.size(); j-- > 0;)
      cell(i, j) = a[as[i]].hash == b[bs[j]].hash ? static_cast<std::uint16_t>(cell(i + 1, j + 1) + 1)
                                                  : std::max(cell(i + 1, j), cell(i, j + 1));
  std::size_t i = 0;
  std::size_t j = 0;
  std::size_t gap_i = 0;
  std::size_t gap_j = 0;
  while (i < as.size() && j < bs.size()) {
    if (a[as[i]].hash == b[bs[j]].hash) {
      align_gap(as.subspan(gap_i, i - gap_i), bs.subspan(gap_j, j - gap_j), out);
      out.pairs.emplace_back(as[i], bs[j]);
      gap_i = ++i;
      gap_j = ++j;
    } else if (cell(i + 1, j) >= cell(i, j + 1)) {
      ++i;
    } else {
      ++j;
    }
  }
  align_gap(as.subspan(gap_i), bs.subspan(gap_j), out);
}

}  // namespace

Alignment align_arrays(const JsonTree& recorded_tree, std::uint32_t recorded, const JsonTree& replayed_tree,
                       std::uint32_t replayed) {
  Alignment out;
  const auto as = elements_of(recorded_tree, recorded);
  const auto bs = elements_of(replayed_tree, replayed);
  if (!as.empty() && !bs.empty() && align_by_key(recorded_tree, as, replayed_tree, bs, out)) return out;
  if (same_multiset(recorded_tree, as, replayed_tree, bs)) {
    out.reordered = true;
    return out;
  }
  std::span<const std::uint32_t> left(as);
  std::span<const std::uint32_t> right(bs);
  const auto equal = [&](std::uint32_t i, std::uint32_t j) {
    return recorded_tree[i].hash == replayed_tree[j].hash;
  };
  while (!left.empty() && !right.empty() && equal(left.front(), right.front())) {
    out.pairs.emplace_back(left.front(), right.front());
    left = left.subspan(1);
    right = right.subspan(1);
  }
  while (!left.empty() && !right.empty() && equal(left.back(), right.back())) {
    out.pairs.emplace_back(left.back(), right.back());
    left = left.first(left.size() - 1);
    right = right.first(right.size() - 1);
  }
  if (left.empty() || right.empty() || left.size() == right.size()) {
    // Equal lengths may still hide an insertion with a removal; within the cap the subsequence finds it.
    if (left.size() > kLeftoversMax || left.empty() || right.empty())
      align_gap(left, right, out);
    else
      align_by_subsequence(recorded_tree, left, replayed_tree, right, out);
  } else if (left.size() > kLeftoversMax || right.size() > kLeftoversMax) {
    out.too_long = true;
  } else {
    align_by_subsequence(recorded_tree, left, replayed_tree, right, out);
  }
  return out;
}

}  // namespace understudy::diff
