// What the errors of non-blocking system calls mean.
#pragma once

#include <cerrno>

namespace understudy::net {

/// Nothing is wrong: there is nothing to read, or no room to write, now.
constexpr bool would_block(int error) noexcept { return error == EAGAIN || error == EWOULDBLOCK; }

}  // namespace understudy::net
