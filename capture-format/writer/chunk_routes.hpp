// The endpoints of a filled chunk, from its bytes: keeps that work off the thread that appends.
#pragma once

#include "capture-format/layout/chunk_header.hpp"
#include "capture-format/writer/route_table.hpp"

#include <string_view>

namespace understudy::capture {

/// Adds the endpoint of every exchange in `raw` (whole records, as ChunkBuilder writes them) to the Bloom
/// filter of `header` and to `routes`, and sets the flag kBloomSaturated when they are too many.
void count_routes(std::string_view raw, ChunkHeader& header, RouteTable& routes) noexcept;

}  // namespace understudy::capture
