// The index of a summary as it is stored since version 1.1: two zstd frames, so that a filter reads a few
// bytes of a chunk instead of its header.
#pragma once

#include "capture-format/layout/route_bloom.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace understudy::capture {

/// An index entry without its Bloom filter and without the reserved bytes behind.
inline constexpr std::size_t kPlaceBytes = 163;
/// The summary's message, with its length.
inline constexpr std::size_t kSummaryMessageBytesMax = std::size_t{1} << 20;

/// `places`: one after the other, kPlaceBytes each. Stored byte by byte of all of them, as neighbours are
/// alike.
std::string pack_places(std::string_view places);
/// Nothing when the frame does not hold exactly as many. Allocates only what `chunks` says.
std::optional<std::string> unpack_places(std::string_view frame, std::size_t chunks);

/// `blooms`: one after the other, RouteBloom::kBytes each; behind them length and message of the summary.
std::string pack_blooms(std::string_view blooms);
/// Nothing when the frame does not hold that many and up to kSummaryMessageBytesMax more.
std::optional<std::string> unpack_blooms(std::string_view frame, std::size_t chunks);

}  // namespace understudy::capture
