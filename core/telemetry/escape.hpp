// Text of strangers made safe for a line of the log: nothing in it can end the line or forge another key.
#pragma once

#include <string>
#include <string_view>

namespace understudy::telemetry {

/// Appends `text` as a logfmt value: bare when it is a plain word, else as a JSON string.
void append_logfmt_value(std::string& out, std::string_view text);

}  // namespace understudy::telemetry
