// What the data plane tells the shadow plane about one exchange: raw, bounded, owned, handed over once.
#pragma once

#include "core/base/clock.hpp"
#include "core/http/message.hpp"
#include "proxy/exchange/reason.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace understudy::proxy {

enum class Fate : std::uint8_t { ok, client_abort, upstream_timeout, reset, local_reply };

/// A body as the tee saw it. `bytes` is the whole body or, over the cap, empty.
struct TeedBody {
  std::string bytes;
  std::uint64_t length = 0;  ///< true length, also over the cap
  std::uint64_t hash = 0;    ///< XXH64 of all of it, when over the cap
  bool over_cap = false;
  bool complete = true;  ///< false: the exchange ended (or was handed over) before the body did

  void clear() noexcept {
    bytes.clear();
    length = 0;
    hash = 0;
    over_cap = false;
    complete = true;
  }
};

/// Raw and unscrubbed: it leaves the shadow plane only through guard and scrub.
/// Heads are as received, before forwarding rules. Events are recycled: `clear` keeps their memory.
struct ExchangeEvent {
  std::uint64_t id = 0;             ///< unique in the process
  std::uint64_t connection_id = 0;  ///< unique in the process; exchanges of one are pushed in their order
  std::uint32_t connection_sequence = 0;
  std::uint32_t stream_id = 0;
  WallNs start_wall;
  Monotonic::time_point start;
  std::chrono::nanoseconds request_done{0};  ///< all since start
  std::chrono::nanoseconds connected{0};
  std::chrono::nanoseconds first_byte{0};
  std::chrono::nanoseconds response_done{0};
  http::RequestHead request;
  TeedBody request_body;
  http::Fields request_trailers;
  bool has_response = false;
  http::ResponseHead response;
  TeedBody response_body;
  http::Fields response_trailers;
  Fate fate = Fate::ok;
  Reason reason = Reason::none;  ///< already decided not to mirror: client_abort, primary_failed, tunnel ...
  std::size_t charged_bytes =
      0;  ///< of the byte budget, set by Tee::push: the shadow plane may move bodies out

  /// What it counts for against the byte budget.
  std::size_t size_bytes() const noexcept {
    return sizeof(ExchangeEvent) + request.target.size() + request.fields.size_bytes() +
           response.fields.size_bytes() + request_body.bytes.size() + response_body.bytes.size();
  }
  void clear() noexcept;
};

using EventPtr = std::unique_ptr<ExchangeEvent>;

}  // namespace understudy::proxy
