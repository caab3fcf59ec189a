// Waiting for both directions of a connection at once: for a peer that may answer before it has read
// everything.
#pragma once

#include "core/net/executor.hpp"

namespace understudy::net {

/// Ends when the socket can be read or written, or has failed; the caller then tries both without blocking.
/// Costs two waits, so it is for the moment when a plain write did not go through.
Task<> wait_readable_or_writable(TcpSocket& socket);

}  // namespace understudy::net
