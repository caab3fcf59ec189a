// The one spelling of a path that rules are matched against.
#pragma once

#include <string>
#include <string_view>

namespace understudy::guard {

struct NormalPath {
  std::string text;  ///< decoded once, no dot segments, no duplicate slashes, no matrix parameters
  /// Servers read such a path in different ways (encoded slash, backslash, escape within an escape): no rule
  /// that names paths can vouch for it.
  bool ambiguous = false;
  bool broken =
      false;  ///< NUL or control byte, or a '%' without two hex digits: nothing may be said about it at all
};

/// `path` as in a request target, without query.
NormalPath normalize_path(std::string_view path);

}  // namespace understudy::guard
