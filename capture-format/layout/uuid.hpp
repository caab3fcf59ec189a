// The random identity of a capture file; it is also the marker that a reader finds its way back by after
// damage.
#pragma once

#include <array>
#include <string>

namespace understudy::capture {

using Uuid = std::array<char, 16>;

/// From the operating system's random source.
Uuid random_uuid();

/// 32 hex digits.
std::string to_hex(const Uuid& uuid);

}  // namespace understudy::capture
