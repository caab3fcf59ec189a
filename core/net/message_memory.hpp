// How much memory a message gets before its bytes are there, on either end of a connection.
#pragma once

#include <cstddef>
#include <cstdint>

namespace understudy::net {

/// Beyond the largest head: a buffer holds a whole head, and enough of a body to make a read worth its while.
inline constexpr std::size_t kBufferExtraBytes = 4 * 1024;
/// For a body that is only announced; a huge one gets the rest as it comes.
inline constexpr std::uint64_t kBodyReserveMax = 1024 * 1024;

}  // namespace understudy::net
