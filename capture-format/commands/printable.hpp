// Recorded text for a terminal: what comes from traffic or a file must not steer it.
#pragma once

#include "capture-format/convert/json_writer.hpp"

#include <string>
#include <string_view>

namespace understudy::capture {

/// Escaped like the inside of a JSON string: control bytes and quotes; what is no UTF-8 is shown as Latin-1.
inline std::string printable(std::string_view text) {
  std::string out;
  JsonWriter(out).value(text);
  return out.substr(1, out.size() - 2);
}

}  // namespace understudy::capture
