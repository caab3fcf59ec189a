// Exchanges that end without a response of the primary: whose fault it was, and what the client is told.
#pragma once

#include "proxy/downstream/exchange_state.hpp"
#include "proxy/downstream/response_relay.hpp"

namespace understudy::proxy {

/// The upload failed on the client's side, so that the origin was cut off by us and is not to blame.
bool client_failed(const ExchangeState& x) noexcept;

/// 400, 413, 431 for a body that was malformed, too large or cut short. Ends the exchange.
net::Task<After> answer_client_fault(ExchangeState& x);

/// 502, 504, or 408 when it was the client who let time run out. `connected`: the failure came after the
/// connect. Ends the exchange.
net::Task<After> answer_primary_failure(ExchangeState& x, PrimaryFailure failure, bool connected);

/// The client has gone before it could be answered. Ends the exchange.
net::Task<After> give_up_on_client(ExchangeState& x);

}  // namespace understudy::proxy
