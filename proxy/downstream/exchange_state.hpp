// One exchange in progress, as its coroutines share it. One per connection, reused: no allocation in steady
// state.
#pragma once

#include "core/base/clock.hpp"
#include "core/http/parser.hpp"
#include "core/net/buffered_stream.hpp"
#include "core/net/deadline.hpp"
#include "core/net/origin_pool.hpp"
#include "core/net/worker.hpp"
#include "proxy/downstream/companion.hpp"
#include "proxy/downstream/http_date.hpp"
#include "proxy/downstream/options.hpp"
#include "proxy/downstream/primary_log.hpp"
#include "proxy/downstream/request_facts.hpp"
#include "proxy/downstream/sampler.hpp"
#include "proxy/downstream/tee_recorder.hpp"
#include "proxy/exchange/counters.hpp"
#include "proxy/upstream/upstream_group.hpp"
#include "proxy/upstream/upstream_turn.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace understudy::proxy {

/// What all connections of a worker use. Lives longer than each of them.
struct PlaneContext {
  net::Worker& worker;
  const DownstreamOptions& options;
  UpstreamGroup& upstream;
  WorkerCounters& counters;
  Sampler& sampler;
  std::string primary_authority;  ///< Host for an HTTP/1.0 request that has none
  WorkerTee* tee = nullptr;       ///< null: neither shadows nor capture
  HttpDate date;
  PrimaryLog primary_log;
  bool draining = false;   ///< say Connection: close from now on
  bool abandoned = false;  ///< nothing is to be waited for any more
};

/// The client's side of a connection.
struct ClientLeg {
  net::BufferedStream stream;
  http::RequestParser parser;
  std::string address;  ///< without port
  std::uint64_t connection_id = 0;
};

/// How far the request body has come.
enum class Upload : std::uint8_t {
  complete,  ///< read whole and handed to the kernel, or on its way there
  running,
  client_gone,  ///< the client closed in the middle
  malformed,    ///< bad chunked framing
  origin_gone,  ///< the origin takes no more; it may have answered all the same
  stopped,      ///< no longer wanted
};

/// What becomes of the client's connection after an exchange.
enum class After : std::uint8_t {
  keep_alive,
  close,
  linger,  ///< half-close and read on for a while, so that our last words are not lost (RFC 9112 §9.6)
  reset,   ///< a clean close would look like the end of a body that was cut
};

struct ExchangeState {
  ExchangeState(PlaneContext& the_plane, ClientLeg& the_client);

  /// Forgets the last exchange, keeps its memory.
  void reset();
  bool upload_complete() const noexcept { return upload == Upload::complete; }
  /// Re-arms the deadline of whatever is waited for next.
  void progress() noexcept;
  /// The deadline has passed: ends all that is pending.
  void time_out() noexcept;

  PlaneContext& plane;
  ClientLeg& client;
  net::Deadline deadline;   ///< of what the exchange waits for now
  net::Deadline hand_over;  ///< of the tee's event (design: 30 s)
  Companion companion;
  TeeRecorder recorder;

  UpstreamTurn turn;  ///< which host the request is on; outlives the connection to it
  net::OriginConnectionPtr upstream;
  RequestFacts facts;
  std::string up_out;       ///< for the origin: head and body bytes not sent yet
  std::string down_out;     ///< for the client
  std::size_t up_sent = 0;  ///< bytes of `up_out` that the kernel has taken
  Upload upload = Upload::complete;
  boost::system::error_code upload_error;
  bool awaiting_client = false;  ///< the upload waits for more of the body
  bool timed_out = false;
  bool client_slow = false;     ///< when time ran out, it was the client who owed us bytes
  bool response_begun = false;  ///< a byte came from the origin
  bool head_received = false;   ///< the final response head
  Monotonic::time_point started;
  Monotonic::time_point sent;
  Monotonic::time_point first_byte;
};

}  // namespace understudy::proxy
