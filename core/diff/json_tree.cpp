#include "core/diff/json_tree.hpp"

#include "core/base/content_hash.hpp"
#include "core/base/json_text.hpp"
#include "core/diff/decimal.hpp"
#include "core/diff/excerpt.hpp"
#include "core/diff/json_string.hpp"

#include <simdjson.h>

namespace understudy::diff {
namespace {

/// The finaliser of SplitMix64: every input bit reaches every output bit.
constexpr std::uint64_t mix(std::uint64_t x) noexcept {
  x ^= x >> 30;
  x *= 0xBF58476D1CE4E5B9ULL;
  x ^= x >> 27;
  x *= 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

constexpr std::uint64_t type_seed(JsonType type) noexcept {
  return mix(0x9E3779B97F4A7C15ULL * (static_cast<std::uint64_t>(type) + 1));
}

constexpr bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

/// Recursive descent; every step returns false on the first mistake.
class JsonTree::Builder {
 public:
  Builder(JsonTree& tree, std::string_view text)
      : tree_(tree), at_(text.data()), end_(text.data() + text.size()) {}

  bool document() {
    if (!value({}, 0)) return false;
    skip_space();
    return at_ == end_;
  }

 private:
  void skip_space() noexcept {
    while (at_ != end_ && is_space(*at_)) ++at_;
  }
  bool take(char c) noexcept {
    skip_space();
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  bool word(std::string_view expected) noexcept {
    if (std::string_view(at_, static_cast<std::size_t>(end_ - at_)).substr(0, expected.size()) != expected)
      return false;
    at_ += expected.size();
    return true;
  }

  bool value(std::string_view key, std::size_t depth) {
    skip_space();
    if (at_ == end_ || depth > kDepthMax || tree_.nodes_.size() >= UINT32_MAX) return false;
    const auto index = tree_.nodes_.size();
    tree_.nodes_.emplace_back().key = key;
    JsonNode node;
    node.key = key;
    if (!content(node, depth)) return false;
    node.next = static_cast<std::uint32_t>(tree_.nodes_.size());
    tree_.nodes_[index] = node;
    return true;
  }

  bool content(JsonNode& node, std::size_t depth) {
    switch (*at_) {
      case '{':
        return object(node, depth);
      case '[':
        return array(node, depth);
      case '"':
        node.type = JsonType::string;
        if (!string(node.text)) return false;
        node.hash = mix(content_hash(node.text) ^ type_seed(JsonType::string));
        return true;
      case 't':
      case 'f':
        node.type = JsonType::boolean;
        node.truth = *at_ == 't';
        node.hash = mix(type_seed(JsonType::boolean) + (node.truth ? 1 : 0));
        return word(node.truth ? "true" : "false");
      case 'n':
        node.hash = type_seed(JsonType::null);
        return word("null");
      default:
        return number(node);
    }
  }

  bool number(JsonNode& node) {
    const char* begin = at_;
    while (at_ != end_ && (ascii_number(*at_))) ++at_;
    node.type = JsonType::number;
    node.text = {begin, static_cast<std::size_t>(at_ - begin)};
    if (!canonical_decimal(node.text, decimal_)) return false;
    node.hash = mix(content_hash(decimal_) ^ type_seed(JsonType::number));
    return true;
  }
  static constexpr bool ascii_number(char c) noexcept {
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
  }

  bool string(std::string_view& out) {
    ++at_;
    const char* begin = at_;
    bool escaped = false;
    while (at_ != end_ && *at_ != '"') {
      if (static_cast<unsigned char>(*at_) < 0x20) return false;
      if (*at_ == '\\') {
        escaped = true;
        if (++at_ == end_) return false;
      }
      ++at_;
    }
    if (at_ == end_) return false;
    out = {begin, static_cast<std::size_t>(at_ - begin)};
    ++at_;
    if (!escaped) return true;
    auto& unescaped = tree_.unescaped_.emplace_back();
    if (!unescape_json_string(out, unescaped)) return false;
    out = unescaped;
    return true;
  }

  bool object(JsonNode& node, std::size_t depth) {
    node.type = JsonType::object;
    node.leaves = 0;
    std::uint64_t sum = 0;
    ++at_;
    if (!take('}')) {
      do {
        skip_space();
        std::string_view key;
        if (at_ == end_ || *at_ != '"' || !string(key) || !take(':')) return false;
        const auto child = tree_.nodes_.size();
        if (!value(key, depth + 1)) return false;
        // A sum, so that the order of members does not matter and duplicates do.
        sum += mix(content_hash(key) ^ (tree_.nodes_[child].hash * 3));
        node.leaves += tree_.nodes_[child].leaves;
        ++node.children;
      } while (take(','));
      if (!take('}')) return false;
    }
    return close(node, sum);
  }

  bool array(JsonNode& node, std::size_t depth) {
    node.type = JsonType::array;
    node.leaves = 0;
    std::uint64_t chain = 0;
    ++at_;
    if (!take(']')) {
      do {
        const auto child = tree_.nodes_.size();
        if (!value({}, depth + 1)) return false;
        chain = mix(chain + tree_.nodes_[child].hash);
        node.leaves += tree_.nodes_[child].leaves;
        ++node.children;
      } while (take(','));
      if (!take(']')) return false;
    }
    return close(node, chain);
  }

  static bool close(JsonNode& node, std::uint64_t content) noexcept {
    if (node.children == 0) node.leaves = 1;
    node.hash = mix(content + type_seed(node.type) + node.children);
    return true;
  }

  JsonTree& tree_;
  const char* at_;
  const char* end_;
  std::string decimal_;
};

std::string_view to_string(JsonType type) noexcept {
  switch (type) {
    case JsonType::null:
      return "null";
    case JsonType::boolean:
      return "boolean";
    case JsonType::number:
      return "number";
    case JsonType::string:
      return "string";
    case JsonType::array:
      return "array";
    case JsonType::object:
      return "object";
  }
  return "null";
}

bool JsonTree::parse(std::string_view text) {
  nodes_.clear();
  unescaped_.clear();
  return simdjson::validate_utf8(text.data(), text.size()) && Builder(*this, text).document();
}

std::string JsonTree::excerpt(std::uint32_t at, std::size_t bytes_max) const {
  std::string out;
  write(at, out, bytes_max + 1);
  return diff::excerpt(out, bytes_max);
}

void JsonTree::write(std::uint32_t at, std::string& out, std::size_t bytes_max) const {
  if (out.size() > bytes_max) return;
  const auto& node = nodes_[at];
  switch (node.type) {
    case JsonType::null:
      out += "null";
      return;
    case JsonType::boolean:
      out += node.truth ? "true" : "false";
      return;
    case JsonType::number:
      out += node.text.substr(0, bytes_max);
      return;
    case JsonType::string:
      append_json_string(out, node.text.substr(0, bytes_max));
      return;
    case JsonType::array:
    case JsonType::object:
      break;
  }
  const bool object = node.type == JsonType::object;
  out += object ? '{' : '[';
  for (auto child = at + 1; child < node.next && out.size() <= bytes_max; child = nodes_[child].next) {
    if (child != at + 1) out += ',';
    if (object) {
      append_json_string(out, nodes_[child].key.substr(0, bytes_max));
      out += ':';
    }
    write(child, out, bytes_max);
  }
  out += object ? '}' : ']';
}

}  // namespace understudy::diff
