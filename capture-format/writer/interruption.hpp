// What became of a file that a killed recorder had left open.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace understudy::capture {

/// `sealed`: a whole copy has the final name. `damaged`: the same, and the file itself stays, as ".damaged".
/// `renamed`: it has the final name and no summary (its chunks are encrypted). `empty`: it held nothing and
/// is gone. `left`: nothing could be done (no space ...), the next start tries again.
enum class OrphanFate : std::uint8_t { sealed, damaged, renamed, empty, left };
inline constexpr std::array<std::string_view, 5> kOrphanFateNames{"sealed", "damaged", "renamed", "empty",
                                                                  "left"};

struct Interruption {
  std::string file;               ///< as it was found
  std::uint64_t last_ns = 0;      ///< wall clock: what ended later is lost
  std::uint64_t exchanges = 0;    ///< that came over
  std::uint64_t chunks_lost = 0;  ///< by damage
  OrphanFate fate = OrphanFate::left;
};

}  // namespace understudy::capture
