// A copy of a capture with a new summary where one is missing or damaged; all other bytes as they are.
#pragma once

#include "core/base/result.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace understudy::capture {

struct Resealed {
  std::uint64_t chunks = 0;
  std::uint64_t exchanges = 0;
  std::uint64_t summaries_kept = 0;
  std::uint64_t summaries_written = 0;
  std::uint64_t bytes_left_out = 0;  ///< behind the last whole chunk, without what was a broken summary

  bool had_all() const noexcept { return summaries_written == 0 && bytes_left_out == 0; }
};

struct ResealCallbacks {
  /// The bytes of the copy, in order; false ends the copying.
  std::function<bool(std::string_view)> take;
  std::function<void(std::uint64_t done, std::uint64_t of)> progress;
};

/// Every chunk is verified and decoded on the way. Fails where more is wrong than the end of the last file
/// in it: that is for `recover`.
Outcome<Resealed> reseal(const std::string& path, const ResealCallbacks& callbacks);

}  // namespace understudy::capture
