// Typed reading of YAML with errors that name file, line and column. Mechanism only: no section is known
// here.
#pragma once

#include "core/base/result.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::config {

/// One value of a parsed document. Readers collect the first error in the document; later reads then do
/// nothing, so a section is read straight down and the error is looked at once.
class Node {
 public:
  /// Parses a file, or text that came from `origin` (shown in errors). Fails on YAML errors, duplicate keys,
  /// > 1 MiB.
  static Outcome<Node> load_file(const std::string& path);
  static Outcome<Node> load_text(std::string_view text, std::string origin);

  Node(const Node&);
  Node(Node&&) noexcept;
  Node& operator=(const Node&);
  ~Node();

  /// The first error met in the whole document, "proxy.yaml:12:5: unknown key 'shadow': did you mean
  /// 'shadows'?".
  std::optional<Failure> error() const;
  /// Records an error at this node's place, for checks that a section makes itself.
  void fail(std::string_view message) const;

  bool is_map() const;
  bool is_list() const;
  bool is_scalar() const;

  /// The member `key` of a map, or nothing. Every key asked for counts as known; see `finish`.
  std::optional<Node> member(std::string_view key) const;
  /// Fails when a list is not one.
  std::vector<Node> items() const;
  /// Fails on every key of this map that `member` (or a read below) was never asked for, with the nearest
  /// known name.
  void finish() const;

  std::string text() const;
  bool boolean() const;
  std::uint64_t size_bytes() const;
  std::chrono::nanoseconds duration() const;
  double percent() const;  ///< fraction in [0, 1]
  std::uint64_t count() const;

  /// The member if present, read by the function of its type: `node.read("size", options.size_bytes,
  /// &Node::size_bytes)`.
  template <class T, class Read>
  void read(std::string_view key, T& into, Read read_as) const {
    if (const auto found = member(key)) into = static_cast<T>(std::invoke(read_as, *found));
  }

 private:
  struct Document;
  struct Impl;
  explicit Node(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::config
