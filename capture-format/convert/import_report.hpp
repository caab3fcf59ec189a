// What an import did with every entry it read: the sums add up.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace understudy::capture {

/// read = imported + all of refused. A repaired entry is an imported one; one can have several repairs.
struct ImportReport {
  std::uint64_t read = 0;
  std::uint64_t imported = 0;
  std::uint64_t repaired = 0;  ///< imported entries with at least one repair
  std::map<std::string, std::uint64_t, std::less<>> repairs;
  std::map<std::string, std::uint64_t, std::less<>> refused;
  std::uint64_t redactions = 0;
  std::uint64_t bodies_removed = 0;  ///< exchanges with a body that the scrubber could not vouch for

  std::uint64_t refused_total() const noexcept {
    std::uint64_t total = 0;
    for (const auto& [reason, count] : refused) total += count;
    return total;
  }
};

}  // namespace understudy::capture
