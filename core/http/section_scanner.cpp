#include "core/http/section_scanner.hpp"

#include "core/http/grammar.hpp"

namespace understudy::http {

Result<std::size_t> SectionScanner::find_line_end(std::string_view in, Errc malformed) {
  searched_ = find_non_value(in, searched_);
  if (searched_ == in.size()) return std::size_t{0};
  if (in[searched_] != '\r') return malformed;
  // A CR is all right as the last byte that has come so far; it is looked at again with the next one.
  if (searched_ + 1 == in.size()) return std::size_t{0};
  if (in[searched_ + 1] != '\n') return malformed;
  searched_ += 2;
  line_begin_ = searched_;
  return line_begin_;
}

Result<std::size_t> SectionScanner::find_section_end(std::string_view in) {
  while (line_begin_ < in.size()) {
    // obs-fold, or whitespace between start line and first field (RFC 9112 §2.2, §5.2).
    if (in[line_begin_] == ' ' || in[line_begin_] == '\t') return Errc::bad_field;
    const auto begin = line_begin_;
    const auto end = find_line_end(in, Errc::bad_field);
    if (!end || *end == 0) return end;
    if (*end - begin == 2) return end;
  }
  return std::size_t{0};
}

}  // namespace understudy::http
