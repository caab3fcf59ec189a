// Text of strangers made safe for a line of log or JSON: nothing in it can end the line, the string or the
// terminal's mood.
#pragma once

#include <string>
#include <string_view>

namespace understudy::telemetry {

/// Appends `text` as a JSON string with its quotes (RFC 8259 §7). Control characters, also the C1 ones that
/// terminals obey, become \u escapes; bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// Appends `text` as a logfmt value: bare when it is a plain word, else as `append_json_string`.
void append_logfmt_value(std::string& out, std::string_view text);

}  // namespace understudy::telemetry
