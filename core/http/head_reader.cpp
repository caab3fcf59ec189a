#include "core/http/head_reader.hpp"

namespace understudy::http {

Result<std::optional<std::string_view>> HeadReader::start_line(std::string_view in, Errc malformed) {
  // Never looks behind the limit, so that the outcome does not depend on how much has come already.
  const auto window = in.substr(0, limit_bytes_);
  const auto end = scanner_.find_line_end(window, malformed);
  if (!end) return end.error();
  if (*end != 0) {
    start_line_bytes_ = *end;
    return std::optional(window.substr(0, *end - 2));
  }
  if (window.size() < limit_bytes_) return std::optional<std::string_view>{};
  // A method and a space came: then it is the target that does not end. Nothing that long is a method.
  return window.find(' ') == std::string_view::npos ? malformed : Errc::target_too_long;
}

Result<std::optional<std::string_view>> HeadReader::field_lines(std::string_view in) {
  const auto window = in.substr(0, limit_bytes_);
  const auto end = scanner_.find_section_end(window);
  if (!end) return end.error();
  if (*end != 0) {
    head_bytes_ = *end;
    return std::optional(window.substr(start_line_bytes_, *end - start_line_bytes_));
  }
  if (window.size() < limit_bytes_) return std::optional<std::string_view>{};
  return Errc::head_too_large;
}

}  // namespace understudy::http
