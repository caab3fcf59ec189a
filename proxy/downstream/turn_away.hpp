// A 503 for a connection that there is no descriptor for: at once, without waiting for anything.
#pragma once

#include "core/net/stream.hpp"
#include "proxy/downstream/exchange_state.hpp"

namespace understudy::proxy {

/// Takes what the client has sent already (closing over unread bytes would reset the connection and destroy
/// the answer, RFC 9112 §9.6), answers if the kernel takes the answer now, and closes. `speak`: false where
/// the client expects TLS.
void turn_away(const net::Stream& stream, PlaneContext& plane, bool speak);

}  // namespace understudy::proxy
