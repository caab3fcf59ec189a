// One request and its response: which connection, how often to try, what to answer when the primary cannot.
#pragma once

#include "proxy/downstream/exchange_state.hpp"

namespace understudy::proxy {

/// Serves the request whose head is complete in the client's parser, whatever happens to it: the tee has the
/// event, the counters are right and no coroutine of the exchange is left when this returns.
net::Task<After> run_exchange(ExchangeState& x);

}  // namespace understudy::proxy
