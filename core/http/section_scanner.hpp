// Finds where a start line and a field section end, before anything reads them: the same answer however the
// bytes arrive, and no line ending that another parser could see differently (RFC 9112 §2.2).
#pragma once

#include "core/base/result.hpp"
#include "core/http/errors.hpp"

#include <cstddef>
#include <string_view>

namespace understudy::http {

/// Resumable over a growing input: every call gets the same bytes plus more, and looks at no byte twice.
/// A bare CR, a bare LF, any other control byte but HTAB, or a folded line is an error as soon as it can be
/// told.
class SectionScanner {
 public:
  void reset() noexcept { *this = {}; }

  /// Offset behind the CRLF of the next line; 0 while it is incomplete. `malformed` is the error.
  Result<std::size_t> find_line_end(std::string_view in, Errc malformed);

  /// Offset behind the empty line that ends a field section; 0 while it is incomplete. Errc::bad_field.
  Result<std::size_t> find_section_end(std::string_view in);

 private:
  std::size_t line_begin_ = 0;
  std::size_t searched_ = 0;
};

}  // namespace understudy::http
