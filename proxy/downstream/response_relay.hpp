// The response on its way to the client: interim heads, the final head with the first body bytes, the rest.
#pragma once

#include "proxy/downstream/exchange_state.hpp"

namespace understudy::proxy {

/// How waiting for the final response head ended.
enum class HeadOutcome : std::uint8_t {
  final_head,   ///< in `upstream->parser`; 101 included, if an upgrade was asked for
  failed,       ///< the origin: see PrimaryFailure
  client_gone,  ///< an interim response could not be delivered
};

struct PrimaryFailure {
  PrimaryError kind = PrimaryError::closed_early;
  boost::system::error_code cause;
};

/// Reads up to the final head; interim responses go down as they come (RFC 9110 §15.2), not to HTTP/1.0.
net::Task<HeadOutcome> read_response_head(ExchangeState& x, PrimaryFailure& failure);

/// How the relay of a response ended.
enum class RelayEnd : std::uint8_t {
  whole,  ///< every byte was handed to the kernel
  client_gone,
  cut,  ///< the origin failed in the middle: the client must see that (RFC 9112 §8)
};

struct RelayResult {
  RelayEnd end = RelayEnd::whole;
  bool close = false;             ///< Connection: close was said
  bool until_close_down = false;  ///< the close is the end of the body
  PrimaryFailure failure;         ///< when cut
};

/// Sends the final head and the body. The body is held by at most two pieces; a slow client slows the origin.
net::Task<RelayResult> relay_response(ExchangeState& x);

}  // namespace understudy::proxy
