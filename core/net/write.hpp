// Sending: first at once and without an event loop, which is the common case, and waiting only for the rest.
#pragma once

#include "core/base/result.hpp"
#include "core/net/executor.hpp"

#include <cstddef>
#include <span>
#include <string_view>

#include <boost/asio/buffer.hpp>

namespace understudy::net {

/// Sends what the kernel takes without waiting and returns how much that was: 0 means "not now".
/// Never raises SIGPIPE; a peer that is gone is broken_pipe or connection_reset.
Result<std::size_t> try_write(TcpSocket& socket, std::string_view bytes) noexcept;

/// The same for several pieces in one system call: the first 16 of them.
Result<std::size_t> try_write(TcpSocket& socket, std::span<const asio::const_buffer> pieces) noexcept;

/// Sends everything, as often as it takes. `bytes` must live until the task ends. A caller that wants to save
/// the coroutine calls `try_write` itself and comes here with the rest.
Task<Result<>> write_all(TcpSocket& socket, std::string_view bytes);

}  // namespace understudy::net
