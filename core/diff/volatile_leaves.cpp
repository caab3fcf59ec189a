#include "core/diff/volatile_leaves.hpp"

#include "core/base/content_hash.hpp"
#include "core/diff/json_path.hpp"
#include "core/diff/json_tree.hpp"
#include "core/diff/response_diff.hpp"
#include "core/diff/value_class.hpp"

namespace understudy::diff {
namespace {

constexpr std::size_t kLeavesMax = 256;

using Visit = std::function<void(std::string_view, Kind, std::uint64_t)>;

class LeafWalk {
 public:
  LeafWalk(const JsonTree& tree, const Visit& visit) : tree_(tree), visit_(visit) {}

  void walk(std::uint32_t at) {
    const auto& node = tree_[at];
    if (visited_ == kLeavesMax) return;
    if (node.type == JsonType::string && is_volatile(classify(node.text))) {
      ++visited_;
      visit_(path_.text(), Kind::value_changed, node.hash);
    }
    if (node.type != JsonType::array && node.type != JsonType::object) return;
    for (auto child = at + 1; child < node.next; child = tree_[child].next) {
      const JsonPath::Step step(
          path_, node.type == JsonType::array ? "*" : JsonPath::member_token(tree_[child].key));
      walk(child);
    }
  }

 private:
  const JsonTree& tree_;
  const Visit& visit_;
  JsonPath path_;
  std::size_t visited_ = 0;
};

}  // namespace

void for_each_volatile_leaf(const http::Response& response, const Visit& visit) {
  if (const auto location = response.head.fields.find("Location"))
    if (is_volatile(classify(*location)) || mask_uuids(*location) != *location)
      visit("header:Location", Kind::header_changed, content_hash(*location));
  if (!is_json_type(media_type_of(response.head.fields))) return;
  static thread_local JsonTree tree;
  if (tree.parse(response.body)) LeafWalk(tree, visit).walk(0);
}

}  // namespace understudy::diff
