// A JSON document as a flat tree whose subtrees carry hashes: equal parts of two documents are skipped at
// once.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::diff {

enum class JsonType : std::uint8_t { null, boolean, number, string, array, object };

std::string_view to_string(JsonType type) noexcept;

/// Nodes lie in document order: the first child follows its parent, the next sibling is at `next`.
struct JsonNode {
  JsonType type = JsonType::null;
  bool truth = false;
  std::uint32_t next = 0;      ///< index after the whole subtree
  std::uint32_t children = 0;  ///< elements or members
  std::uint32_t leaves = 1;    ///< scalars in the subtree; an empty container counts as one
  std::string_view key;        ///< of a member, unescaped
  std::string_view text;       ///< a string's content, unescaped, or a number's token
  std::uint64_t hash = 0;      ///< equal for equal values: members in any order, numbers by decimal value
};

/// Strict RFC 8259, UTF-8 checked, nesting up to kDepthMax. Number tokens are kept as text, which is why this
/// is not simdjson's DOM: that one rejects integers over 64 bits and rounds decimals. Duplicate keys are kept
/// in order.
class JsonTree {
 public:
  static constexpr std::size_t kDepthMax = 256;

  /// Replaces the content; false when `text` is not one JSON value. Nodes view into `text`, which must
  /// outlive them.
  bool parse(std::string_view text);

  const JsonNode& operator[](std::uint32_t at) const noexcept { return nodes_[at]; }
  const JsonNode& root() const noexcept { return nodes_.front(); }

  /// The subtree as compact JSON, cut at `bytes_max`.
  std::string excerpt(std::uint32_t at, std::size_t bytes_max) const;

 private:
  class Builder;
  void write(std::uint32_t at, std::string& out, std::size_t bytes_max) const;

  std::vector<JsonNode> nodes_;
  std::deque<std::string> unescaped_;
};

}  // namespace understudy::diff
