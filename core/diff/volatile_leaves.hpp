// The ids, tokens and times in a response, for learning which of them every write makes anew.
#pragma once

#include "core/diff/kind.hpp"
#include "core/http/message.hpp"

#include <cstdint>
#include <functional>
#include <string_view>

namespace understudy::diff {

/// Calls `visit(path, kind, hash)` for each string of a volatile class in a JSON body (kind value_changed)
/// and for Location (header_changed). Paths are those of the comparison. At most 256 leaves of a response.
void for_each_volatile_leaf(const http::Response& response,
                            const std::function<void(std::string_view, Kind, std::uint64_t)>& visit);

}  // namespace understudy::diff
