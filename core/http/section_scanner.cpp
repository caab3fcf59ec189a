#include "core/http/section_scanner.hpp"

namespace understudy::http {

Result<std::size_t> SectionScanner::find_line_end(std::string_view in, Errc malformed) {
  const auto lf = in.find('\n', searched_);
  const auto end = lf == std::string_view::npos ? in.size() : lf;
  const auto cr = in.substr(0, end).find('\r', searched_);
  if (lf == std::string_view::npos) {
    // A CR is all right as the last byte that has come so far; it is looked at again with the next one.
    if (cr != std::string_view::npos && cr + 1 != in.size()) return malformed;
    searched_ = cr == std::string_view::npos ? in.size() : cr;
    return std::size_t{0};
  }
  if (cr == std::string_view::npos || cr + 1 != lf) return malformed;
  line_begin_ = searched_ = lf + 1;
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
