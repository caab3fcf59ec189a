// Which header fields are compared, and how: by name, closed lists.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace understudy::diff {

enum class HeaderCheck : std::uint8_t {
  none,      ///< belongs to the hop, the clock or the framing
  presence,  ///< must be there; its value names one response (request ids, validators)
  value,
};

HeaderCheck check_of(std::string_view name) noexcept;

/// "x-total-count" as "X-Total-Count", so that findings group whatever the server's spelling.
std::string display_name(std::string_view name);

}  // namespace understudy::diff
