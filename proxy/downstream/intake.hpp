// The two ends of an exchange: taking a request over from the client's parser, and settling what became of
// it.
#pragma once

#include "proxy/downstream/exchange_state.hpp"
#include "proxy/downstream/request_checks.hpp"
#include "proxy/exchange/event.hpp"
#include "proxy/exchange/reason.hpp"

#include <optional>

namespace understudy::proxy {

/// Facts, ids, sampling, the head for the origin, the body bytes that came along: afterwards `up_out` is
/// ready to be sent. Or what to answer instead, with nothing in flight and nothing told to the tee.
std::optional<OwnAnswer> take_request(ExchangeState& x);

/// Stops the clocks, hands the event over, counts. Once for each request that was taken, when its response
/// has been sent or given up.
void end_exchange(ExchangeState& x, Fate fate, Reason reason, Monotonic::time_point now = Monotonic::now());

}  // namespace understudy::proxy
