// How a line of the access log is written: a preset or a template, checked when the configuration is read.
#pragma once

#include "core/base/result.hpp"
#include "proxy/access_log/access_field.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace understudy::proxy {

/// A value.
struct LineFormat {
  enum class Style : std::uint8_t {
    json,     ///< one object; what is not known is null
    logfmt,   ///< key=value; what is not known is "-"
    columns,  ///< literals and values as a template has them
  };
  /// A literal (a key, or text of the template), then the field behind it. The last piece has none.
  struct Piece {
    std::string literal;
    bool has_field = true;
    AccessField field = AccessField::time;
    bool quoted = false;  ///< stands between double quotes of the template: spaces may stay
  };

  static constexpr std::size_t kTemplateBytesMax = 2048;

  Style style = Style::json;
  std::vector<Piece> pieces;

  /// "json", "text" (logfmt), "common", "combined", or a template: `{client} "{request}" {status}`; "{{" and
  /// "}}" are braces. Fails with what is wrong and at which character. json and text have every field but
  /// those of the client's header; `extra` adds them.
  static Outcome<LineFormat> parse(std::string_view text, const std::vector<AccessField>& extra = {});

  bool has(AccessField field) const noexcept;
};

}  // namespace understudy::proxy
