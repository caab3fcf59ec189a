// Splits the input into start line and field section under the head limit: what both parsers do first.
#pragma once

#include "core/base/result.hpp"
#include "core/http/limits.hpp"
#include "core/http/section_scanner.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace understudy::http {

class HeadReader {
 public:
  explicit HeadReader(const Limits& limits) : limit_bytes_(limits.head_bytes) {}

  void reset() noexcept {
    scanner_.reset();
    start_line_bytes_ = 0;
    head_bytes_ = 0;
  }

  bool has_start_line() const noexcept { return start_line_bytes_ != 0; }
  /// Start line, field lines and line endings together; 0 until the head is whole.
  std::size_t head_bytes() const noexcept { return head_bytes_; }

  /// The start line without CRLF, once it is whole. Errors: `malformed`, target_too_long.
  Result<std::optional<std::string_view>> start_line(std::string_view in, Errc malformed);

  /// The field lines with the final empty line, once they are whole. Errors: bad_field, head_too_large.
  Result<std::optional<std::string_view>> field_lines(std::string_view in);

 private:
  std::size_t limit_bytes_;
  SectionScanner scanner_;
  std::size_t start_line_bytes_ = 0;
  std::size_t head_bytes_ = 0;
};

}  // namespace understudy::http
