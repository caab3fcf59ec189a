// The scrubber's key from a file, as the proxy's configuration takes it.
#pragma once

#include "core/base/result.hpp"
#include "core/scrub/scrubber.hpp"

#include <string>

namespace understudy::capture {

/// 32 raw bytes, or 64 hex digits and perhaps a line end.
Outcome<scrub::Key> read_key_file(const std::string& path);

}  // namespace understudy::capture
