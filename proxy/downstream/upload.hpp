// The request body on its way to the origin: what came with the head, and the rest with back-pressure.
#pragma once

#include "proxy/downstream/exchange_state.hpp"

namespace understudy::proxy {

/// Moves the body bytes that lie in the client's buffer to `up_out`, framed for the origin, at most a piece.
/// Sets `upload` to complete at the end of the body and to malformed at a framing error.
void take_buffered_body(ExchangeState& x);

/// Sends `up_out` and the rest of the body as it arrives. Ends with `upload` telling how. When nobody can be
/// answered by the origin any more (client_gone, malformed) it closes the upstream connection, so that the
/// origin sees a request cut short and whoever waits for its response wakes up.
net::Task<> upload_body(ExchangeState& x);

/// Ends an upload that is no longer wanted and waits for its coroutine.
net::Task<> stop_upload(ExchangeState& x);

}  // namespace understudy::proxy
