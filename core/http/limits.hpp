// What one message may cost before it is refused. Defaults: RFC 9112 §2.3 advice and the peers' practice.
#pragma once

#include <cstddef>

namespace understudy::http {

struct Limits {
  std::size_t head_bytes = 32 * 1024;             ///< start line and fields together; 431
  std::size_t target_bytes = 16 * 1024;           ///< request target; 414
  std::size_t field_count = 256;                  ///< header fields; 431
  std::size_t chunk_extension_bytes = 16 * 1024;  ///< all chunk extensions of a body together; 400
  std::size_t trailer_bytes = 16 * 1024;          ///< trailer section; 431
};

/// An origin may send larger heads than a client (peers: 64 to 80 KiB).
constexpr Limits response_limits() { return Limits{.head_bytes = 64 * 1024}; }

}  // namespace understudy::http
