// One exchange in progress, as its coroutines share it. One per connection, reused: no allocation in steady
// state.
#pragma once

#include "core/base/clock.hpp"
#include "core/http/parser.hpp"
#include "core/net/buffered_stream.hpp"
#include "core/net/deadline.hpp"
#include "core/net/origin_pool.hpp"
#include "core/net/worker.hpp"
#include "proxy/access_log/access_recorder.hpp"
#include "proxy/downstream/client_counts.hpp"
#include "proxy/downstream/companion.hpp"
#include "proxy/downstream/exchange_ids.hpp"
#include "proxy/downstream/http_date.hpp"
#include "proxy/downstream/id_source.hpp"
#include "proxy/downstream/loop_guard.hpp"
#include "proxy/downstream/loop_probe.hpp"
#include "proxy/downstream/options.hpp"
#include "proxy/downstream/overload.hpp"
#include "proxy/downstream/primary_log.hpp"
#include "proxy/downstream/request_facts.hpp"
#include "proxy/downstream/sampler.hpp"
#include "proxy/downstream/tee_recorder.hpp"
#include "proxy/downstream/trickle_lane.hpp"
#include "proxy/exchange/counters.hpp"
#include "proxy/exchange/exchange_account.hpp"
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
  AccessQueue* access_log = nullptr;
  HttpDate date{};
  PrimaryLog primary_log{};
  std::uint64_t options_version = 0;  ///< goes up when `options` are replaced by a reload
  bool draining = false;              ///< say Connection: close from now on
  bool abandoned = false;             ///< nothing is to be waited for any more
  IdSource id_source{};
  std::string via = via_pseudonym(options.via, options.instance);  ///< in requests
  ClientCounts clients{};                                          ///< only while there is a limit per client
  OverloadControl overload{};
  TrickleLane trickle_lane{};
  LoopProbe loop_probe{worker, options.overload, overload, counters};
};

/// The client's side of a connection.
struct ClientLeg {
  net::BufferedStream stream;
  http::RequestParser parser;
  std::string address;  ///< without port
  std::uint64_t connection_id = 0;
  bool secure = false;              ///< TLS: what X-Forwarded-Proto says
  bool draining = false;            ///< its listener is going: say Connection: close from now on
  std::uint64_t requests = 0;       ///< heads read on this connection
  Monotonic::time_point shed_at{};  ///< when a request was last turned away
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
  /// Gives back the memory that an idle connection need not hold.
  void rest() noexcept;
  bool upload_complete() const noexcept { return upload == Upload::complete; }
  /// This response is the connection's last one.
  bool closing() const noexcept;
  /// Re-arms the deadline of whatever is waited for next.
  void progress() noexcept;
  /// Time has run out: ends all that is pending.
  void time_out() noexcept;
  /// The deadline has passed. A client that is still taking what the kernel holds for it gets more time.
  void deadline_passed() noexcept;
  /// Bytes for the client that the kernel holds and the client has not taken.
  int untaken_now() noexcept;
  /// The kernel has taken so many bytes for the client.
  void sent_down(std::size_t bytes) noexcept;
  /// The request counts as in flight at the primary, from here until `leave_flight`.
  void enter_flight() noexcept;
  void leave_flight() noexcept;

  PlaneContext& plane;
  ClientLeg& client;
  net::Deadline deadline;   ///< of what the exchange waits for now
  net::Deadline hand_over;  ///< of the tee's event (design: 30 s)
  net::Deadline whole;      ///< of the exchange, if it has a time limit
  Companion companion;
  TeeRecorder recorder;
  AccessRecorder access;
  ExchangeAccount account;  ///< begins with the connection's wait for a request

  UpstreamTurn turn;  ///< which host the request is on; outlives the connection to it
  net::OriginConnectionPtr upstream;
  RequestFacts facts;
  ExchangeIds ids;
  std::string up_out;       ///< for the origin: head and body bytes not sent yet
  std::string down_out;     ///< for the client
  std::size_t up_sent = 0;  ///< bytes of `up_out` that the kernel has taken
  Upload upload = Upload::complete;
  boost::system::error_code upload_error;
  std::uint64_t request_body_bytes = 0;
  /// Of the last read of the request body; none yet counts as a large one.
  std::size_t body_piece_bytes = TrickleLane::kSmallBytes;
  Monotonic::time_point body_piece_at;
  bool awaiting_client = false;  ///< the upload waits for more of the body
  bool timed_out = false;
  bool whole_timed_out = false;  ///< it was the time for the whole exchange
  bool sending_down = false;     ///< waits for the client to take bytes
  int untaken_bytes = 0;         ///< of those, in the kernel when that was last looked at
  bool in_flight = false;
  bool client_slow = false;     ///< when time ran out, it was the client who owed us bytes
  bool response_begun = false;  ///< a byte came from the origin
  bool head_received = false;   ///< the final response head
  Monotonic::time_point started;
  Monotonic::time_point sent;
  Monotonic::time_point first_byte;
  Monotonic::time_point head_in;  ///< the final response head was whole
};

}  // namespace understudy::proxy
