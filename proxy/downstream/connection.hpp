// One client connection: reads heads, runs their exchanges one after the other, and closes politely.
#pragma once

#include "proxy/downstream/exchange_state.hpp"

#include <cstdint>
#include <string>

namespace understudy::proxy {

/// Lives on its worker's thread, for as long as `serve` runs.
class Connection {
 public:
  Connection(PlaneContext& plane, net::Stream stream, const net::tcp::endpoint& peer, std::uint64_t id);

  /// Until the client, an error, a timeout or a drain ends it.
  net::Task<> serve();
  /// The proxy is stopping, or the listener that this came in by goes: an idle client has a moment for a last
  /// request, which is answered with Connection: close; so that none is lost in flight.
  void drain() noexcept;
  /// Ends now, whatever is going on.
  void abandon() noexcept;

 private:
  /// How reading a request head ended.
  enum class HeadEnd : std::uint8_t { whole, closed, refused };
  net::Task<After> serve_requests();
  net::Task<HeadEnd> read_head();
  /// Takes the limits of a configuration that came while this connection was open.
  void adopt_options();
  /// The worker has fallen behind and this connection is among those it does not take.
  bool is_shed() noexcept;
  net::Task<After> turn_away(LimitHit limit);
  net::Task<> end(After after);
  net::Task<> refuse(LocalReply kind, unsigned status, const char* text);
  net::Task<> linger();
  /// The proxy, or the listener that this came in by, is going.
  bool leaving() const noexcept { return plane_.draining || client_.draining; }
  /// The access log's line of what has just ended.
  void log_exchange();

  PlaneContext& plane_;
  ClientLeg client_;
  ExchangeState exchange_;
  std::uint64_t options_version_;
  bool idle_ = false;  ///< waits for the first byte of a request
};

/// For a connection over the limit: 503 at once, and a moment of reading on, so that the answer arrives
/// although the client's request is never read as one.
net::Task<> refuse_connection(net::Stream refused, net::tcp::endpoint peer, PlaneContext& plane);

}  // namespace understudy::proxy
