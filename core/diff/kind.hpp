// What can differ between two responses; the names are a contract of report.json.
#pragma once

#include <cstdint>
#include <string_view>

namespace understudy::diff {

enum class Kind : std::uint8_t {
  status_changed,
  content_type_changed,
  header_missing,
  header_added,
  header_changed,
  value_changed,
  type_changed,  ///< also null against a value, "1" against 1, object against array
  missing,       ///< a member that the recording has
  added,         ///< a member that the recording has not
  array_length,  ///< too long to align: only the lengths are known to differ
  element_added,
  element_removed,
  order_changed,  ///< same elements, other order
  body_changed,   ///< not both JSON: the bytes differ
};

constexpr std::string_view to_string(Kind kind) noexcept {
  switch (kind) {
    case Kind::status_changed:
      return "status_changed";
    case Kind::content_type_changed:
      return "content_type_changed";
    case Kind::header_missing:
      return "header_missing";
    case Kind::header_added:
      return "header_added";
    case Kind::header_changed:
      return "header_changed";
    case Kind::value_changed:
      return "value_changed";
    case Kind::type_changed:
      return "type_changed";
    case Kind::missing:
      return "missing";
    case Kind::added:
      return "added";
    case Kind::array_length:
      return "array_length";
    case Kind::element_added:
      return "element_added";
    case Kind::element_removed:
      return "element_removed";
    case Kind::order_changed:
      return "order_changed";
    case Kind::body_changed:
      return "body_changed";
  }
  return "unknown";
}

/// Header drift: says nothing of what the endpoint answered.
constexpr bool is_header_kind(Kind kind) noexcept {
  return kind == Kind::header_missing || kind == Kind::header_added || kind == Kind::header_changed;
}

}  // namespace understudy::diff
