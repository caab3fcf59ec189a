#include "proxy/exchange/event.hpp"

namespace understudy::proxy {

void ExchangeEvent::clear() noexcept {
  id = connection_id = 0;
  connection_sequence = stream_id = 0;
  start_wall = {};
  start = {};
  request_done = connected = first_byte = response_done = std::chrono::nanoseconds(0);
  request.clear();
  request_body.clear();
  request_trailers.clear();
  has_response = false;
  response.clear();
  response_body.clear();
  response_trailers.clear();
  fate = Fate::ok;
  reason = Reason::none;
  charged_bytes = 0;
}

}  // namespace understudy::proxy
