// How connections to origins are made.
#pragma once

#include "core/base/result.hpp"
#include "core/net/executor.hpp"
#include "core/net/stream.hpp"
#include "core/net/tls_client.hpp"
#include "core/net/worker.hpp"

#include <chrono>
#include <memory>
#include <span>

namespace understudy::net {

/// Tries the endpoints in order, `timeout` for all of them together, what is left of it in equal shares. TCP
/// connections have TCP_NODELAY. Errors: asio::error::timed_out, or what the last endpoint gave;
/// asio::error::invalid_argument for no endpoints. With `tls` (of this thread; null: plain) a connection
/// counts as made when its handshake has succeeded; TlsErrc then says why it did not. `endpoints` must live
/// until the task ends. On the worker's thread.
Task<Result<Stream>> connect(Worker& worker, std::span<const Endpoint> endpoints,
                             std::chrono::nanoseconds timeout, std::shared_ptr<TlsClient> tls = nullptr);

}  // namespace understudy::net
