#include "core/telemetry/escape.hpp"

#include "core/base/json_text.hpp"

#include <algorithm>

namespace understudy::telemetry {
namespace {

bool is_plain(char c) {
  return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7f && c != '"' &&
         c != '=' && c != '\\';
}

}  // namespace

void append_logfmt_value(std::string& out, std::string_view text) {
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain)) {
    out += text;
  } else {
    append_json_string(out, text);
  }
}

}  // namespace understudy::telemetry
