// The endpoint path of a request target: what route filters and statistics mean by "the same endpoint".
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace understudy::capture {

/// Longer endpoint paths are cut here.
inline constexpr std::size_t kEndpointPathBytesMax = 256;

/// Writes the path of `target` with each segment that looks like an identifier replaced by "{}" (the rule is
/// in FORMAT.md, "Endpoint path"), without scheme, authority, query and fragment. Returns the written part of
/// `out`.
std::string_view endpoint_path(std::string_view target, std::span<char, kEndpointPathBytesMax> out) noexcept;

std::string endpoint_path(std::string_view target);

/// True for a path segment that names one thing among many: a number, a UUID, a hash, a token, an address.
bool is_identifier_segment(std::string_view segment) noexcept;

}  // namespace understudy::capture
