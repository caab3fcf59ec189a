#include "core/diff/json_diff.hpp"

#include "core/diff/array_alignment.hpp"
#include "core/diff/excerpt.hpp"
#include "core/diff/json_path.hpp"

#include <algorithm>

namespace understudy::diff {
namespace {

ValueClass class_of(const JsonNode& node) noexcept {
  switch (node.type) {
    case JsonType::null:
      return ValueClass::null;
    case JsonType::boolean:
      return ValueClass::boolean;
    case JsonType::number:
      return classify(node.text) == ValueClass::time ? ValueClass::time : ValueClass::number;
    case JsonType::string:
      return classify(node.text);
    case JsonType::array:
    case JsonType::object:
      return ValueClass::container;
  }
  return ValueClass::text;
}

class Walk {
 public:
  Walk(const JsonTree& recorded, const JsonTree& replayed, DifferenceSink& sink)
      : recorded_(recorded), replayed_(replayed), sink_(sink) {}

  void compare(std::uint32_t i, std::uint32_t j) {
    const auto& a = recorded_[i];
    const auto& b = replayed_[j];
    if (a.hash == b.hash) {
      sink_.count_leaves(a.leaves);
    } else if (a.type != b.type) {
      sink_.count_leaves(std::max(a.leaves, b.leaves));
      add(Kind::type_changed, i, j);
    } else if (a.type == JsonType::object) {
      compare_members(i, j);
    } else if (a.type == JsonType::array) {
      compare_elements(i, j);
    } else {
      sink_.count_leaves(1);
      add(Kind::value_changed, i, j);
    }
  }

 private:
  using Members = std::vector<std::uint32_t>;
  static Members members_of(const JsonTree& tree, std::uint32_t object) {
    Members out;
    out.reserve(tree[object].children);
    for (auto at = object + 1; at < tree[object].next; at = tree[at].next) out.push_back(at);
    // Stable, so that of duplicate names the first meets the first.
    std::ranges::stable_sort(out, {}, [&](std::uint32_t at) { return tree[at].key; });
    return out;
  }

  void compare_members(std::uint32_t i, std::uint32_t j) {
    const auto as = members_of(recorded_, i);
    const auto bs = members_of(replayed_, j);
    std::size_t a = 0;
    std::size_t b = 0;
    while (a < as.size() || b < bs.size()) {
      const int order = a == as.size()   ? 1
                        : b == bs.size() ? -1
                                         : recorded_[as[a]].key.compare(replayed_[bs[b]].key);
      const JsonPath::Step step(
          path_, JsonPath::member_token(order > 0 ? replayed_[bs[b]].key : recorded_[as[a]].key));
      if (order < 0) {
        add_one_sided(Kind::missing, recorded_, as[a++]);
      } else if (order > 0) {
        add_one_sided(Kind::added, replayed_, bs[b++]);
      } else {
        compare(as[a++], bs[b++]);
      }
    }
  }

  void compare_elements(std::uint32_t i, std::uint32_t j) {
    const auto alignment = align_arrays(recorded_, i, replayed_, j);
    if (alignment.too_long) {
      sink_.count_leaves(1);
      add_lengths(i, j);
      return;
    }
    if (alignment.reordered) {
      add(Kind::order_changed, i, j);
      if (alignment.pairs.empty()) sink_.count_leaves(recorded_[i].leaves);
    }
    const JsonPath::Step step(path_, "*");
    for (const auto at : alignment.removed) add_one_sided(Kind::element_removed, recorded_, at);
    for (const auto at : alignment.added) add_one_sided(Kind::element_added, replayed_, at);
    for (const auto& [a, b] : alignment.pairs) compare(a, b);
  }

  void add(Kind kind, std::uint32_t i, std::uint32_t j) {
    const auto& a = recorded_[i];
    const auto& b = replayed_[j];
    if (kind == Kind::value_changed && a.type == JsonType::string) {
      sink_.add_values(kind, path_.text(), a.text, b.text);
      return;
    }
    sink_.add(
        {kind,
         path_.text(),
         recorded_.excerpt(i, kExcerptBytes),
         replayed_.excerpt(j, kExcerptBytes),
         class_of(a),
         class_of(b),
         {a.hash, b.hash},
         a.type == JsonType::number && b.type == JsonType::number && sink_.follow_clock(a.text, b.text)});
  }

  void add_one_sided(Kind kind, const JsonTree& tree, std::uint32_t at) {
    sink_.count_leaves(tree[at].leaves);
    const bool in_recording = &tree == &recorded_;
    Occurrence occurrence{kind, path_.text(), {}, {}, class_of(tree[at]), class_of(tree[at]), {}, false};
    (in_recording ? occurrence.recorded : occurrence.replayed) = tree.excerpt(at, kExcerptBytes);
    (in_recording ? occurrence.hashes.recorded : occurrence.hashes.replayed) = tree[at].hash;
    sink_.add(std::move(occurrence));
  }

  void add_lengths(std::uint32_t i, std::uint32_t j) {
    const auto& a = recorded_[i];
    const auto& b = replayed_[j];
    sink_.add({Kind::array_length,
               path_.text(),
               std::to_string(a.children) + " elements",
               std::to_string(b.children) + " elements",
               ValueClass::container,
               ValueClass::container,
               {a.children, b.children},
               false});
  }

  const JsonTree& recorded_;
  const JsonTree& replayed_;
  DifferenceSink& sink_;
  JsonPath path_;
};

}  // namespace

void diff_json(const JsonTree& recorded, const JsonTree& replayed, DifferenceSink& sink) {
  Walk(recorded, replayed, sink).compare(0, 0);
}

}  // namespace understudy::diff
