// The parsed tree behind config::Node: built from yaml-cpp's events, so that every value knows its place.
#pragma once

#include "core/base/result.hpp"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace understudy::config {

/// A place in the text, counted from 1.
struct Place {
  int line = 1;
  int column = 1;
};

struct Value {
  enum class Kind { null, scalar, list, map };
  struct Member;
  Kind kind = Kind::null;
  Place place;
  std::string text;     ///< of a scalar
  bool quoted = false;  ///< "yes" in quotes is text, never a boolean
  std::vector<std::shared_ptr<Value>> items;
  std::vector<Member> members;               ///< in the order of the text
  std::set<std::string, std::less<>> known;  ///< keys that a reader has asked for
};

struct Value::Member {
  std::string key;
  Place place;
  std::shared_ptr<Value> value;
};

/// Limits against hostile or mistaken files; each ends in an error that names it.
inline constexpr std::size_t kTextBytesMax = 1024 * 1024;
inline constexpr std::size_t kValuesMax = 100'000;
inline constexpr std::size_t kAliasesMax = 64;
inline constexpr std::size_t kDepthMax = 64;

/// Parses one YAML document; `origin` is the name in errors. yaml-cpp's exceptions end here.
Outcome<std::shared_ptr<Value>> parse_yaml(std::string_view text, const std::string& origin);

/// "proxy.yaml:12:5: message".
std::string located(const std::string& origin, Place place, std::string_view message);

}  // namespace understudy::config
