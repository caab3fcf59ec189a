// Sends an answer of the proxy's own in the place of one of the primary.
#pragma once

#include "proxy/downstream/exchange_state.hpp"
#include "proxy/downstream/local_reply.hpp"

namespace understudy::proxy {

/// Counts and sends `answer`; date, request id and what follows from the request itself are filled in here.
/// The connection closes when `answer.close` says so, when the client owes us body, does not persist, or has
/// had its last request. No coroutine of the exchange but the caller's may be running.
net::Task<After> answer_locally(ExchangeState& x, LocalReply kind, LocalAnswer answer);

}  // namespace understudy::proxy
