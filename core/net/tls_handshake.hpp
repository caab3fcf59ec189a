// The TLS handshakes of accepted and of made connections.
#pragma once

#include "core/base/result.hpp"
#include "core/net/executor.hpp"
#include "core/net/stream.hpp"
#include "core/net/tls_client.hpp"
#include "core/net/tls_server.hpp"
#include "core/net/worker.hpp"

#include <chrono>
#include <memory>

namespace understudy::net {

/// Turns an accepted plain stream into a TLS one. Fails with TlsErrc, and is counted in `server`; the client
/// has then been told why, as far as it listens, and the stream is closed. `stream` must live until the task
/// ends. On the worker's thread.
Task<Result<>> accept_tls(Worker& worker, Stream& stream, std::shared_ptr<TlsServer> server,
                          std::chrono::nanoseconds timeout);

/// Turns a connected plain stream into a TLS one, with the origin verified. Fails with TlsErrc, and is
/// counted in `client`. The caller's deadline closes the stream when time is up; that comes out as
/// peer_closed.
Task<Result<>> connect_tls(Stream& stream, std::shared_ptr<TlsClient> client);

}  // namespace understudy::net
