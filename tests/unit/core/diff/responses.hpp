// Short ways to write responses for the tests of the comparison.
#pragma once

#include "core/diff/difference.hpp"
#include "core/http/message.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace understudy::diff {

inline http::Response response(
    unsigned status, std::string_view body,
    std::initializer_list<std::pair<std::string_view, std::string_view>> fields = {}) {
  http::Response out;
  out.head.status = status;
  for (const auto& [name, value] : fields) out.head.fields.add(name, value);
  out.body = body;
  return out;
}

inline http::Response json_response(std::string_view body) {
  return response(200, body, {{"Content-Type", "application/json"}});
}

/// "value_changed /a; missing /b": kinds and paths in the order they were found.
inline std::string summary(const Comparison& comparison) {
  std::string out;
  for (const auto& difference : comparison.differences) {
    if (!out.empty()) out += "; ";
    out += std::string(to_string(difference.kind)) + ' ' + difference.path;
  }
  return out;
}

}  // namespace understudy::diff
