// How connections to origins are made and looked at before they are used again.
#pragma once

#include "core/base/result.hpp"
#include "core/net/executor.hpp"
#include "core/net/worker.hpp"

#include <chrono>
#include <span>

namespace understudy::net {

/// Tries the endpoints in order, `timeout` for all of them together. The socket has TCP_NODELAY.
/// Errors: asio::error::timed_out, or what the last endpoint gave; asio::error::invalid_argument for no
/// endpoints. `endpoints` must live until the task ends. On the worker's thread.
Task<Result<TcpSocket>> connect(Worker& worker, std::span<const tcp::endpoint> endpoints,
                                std::chrono::nanoseconds timeout);

/// An idle pooled connection that must not be used again: the peer has closed, or has sent bytes nobody asked
/// for. One non-blocking system call; says nothing about a peer that closes right after.
bool is_stale(TcpSocket& socket) noexcept;

}  // namespace understudy::net
