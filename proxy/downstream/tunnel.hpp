// After the origin's 101: bytes both ways, half-closed each way on its own, until both are closed or it is
// idle.
#pragma once

#include "proxy/downstream/exchange_state.hpp"

namespace understudy::proxy {

/// Passes the 101 and whatever came behind it, then everything (RFC 9110 §7.8). Returns when the tunnel is
/// closed. Only called for a request that asked for an upgrade and was answered by a 101.
net::Task<> run_tunnel(ExchangeState& x);

}  // namespace understudy::proxy
