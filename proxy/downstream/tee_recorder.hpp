// Collects one exchange for the shadow plane while it passes: bounded copies, handed over exactly once.
#pragma once

#include "core/base/clock.hpp"
#include "core/base/content_hash.hpp"
#include "core/http/framing.hpp"
#include "core/http/message.hpp"
#include "proxy/exchange/event.hpp"
#include "proxy/exchange/tee.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace understudy::proxy {

/// The tee of a worker and what its connections hold of bodies not yet handed over, which counts for the
/// budget too.
struct WorkerTee {
  Tee& tee;
  std::size_t held_bytes = 0;
  std::uint64_t next_exchange_id = 1;
  bool open = true;  ///< somebody takes the events
};

/// One per connection, reused for each exchange: `begin`, then what happens in its order, then `finish`.
/// Without an event (not sampled, no budget, handed over already) every call does nothing.
class TeeRecorder {
 public:
  /// `tee` may be null: there is nobody to tell, and nothing is counted or copied.
  explicit TeeRecorder(WorkerTee* tee) : tee_(tee) {}
  ~TeeRecorder() { finish(Fate::client_abort, Reason::shutdown); }
  TeeRecorder(const TeeRecorder&) = delete;
  TeeRecorder& operator=(const TeeRecorder&) = delete;

  bool wanted() const noexcept { return tee_ != nullptr && tee_->open; }
  bool active() const noexcept { return event_ != nullptr; }

  /// Every exchange comes through here once: it gets an event, or is counted with its reason.
  void begin(bool sampled, std::uint64_t connection_id, Monotonic::time_point now);

  /// Takes the head as received, by swapping: `head` comes back empty with the memory of an earlier one.
  void request_head(http::RequestHead& head, const http::BodyFraming& framing);
  void request_body(std::string_view piece);
  void request_done(const http::Fields& trailers, Monotonic::time_point now);
  void connected(Monotonic::time_point now);
  void first_byte(Monotonic::time_point now);
  void response_head(http::ResponseHead& head, const http::BodyFraming& framing);
  void response_body(std::string_view piece);
  void response_done(const http::Fields& trailers, Monotonic::time_point now);

  /// Hands over; bodies that are not done stay marked incomplete.
  void finish(Fate fate, Reason reason);

 private:
  /// One side's body on its way into the event.
  struct Side {
    bool hashing = false;
    std::optional<ContentHasher> hasher;
  };
  void announce(TeedBody& body, Side& side, const http::BodyFraming& framing);
  void append(TeedBody& body, Side& side, std::string_view piece);
  void give_up_bytes(TeedBody& body, Side& side);
  static void close_hash(TeedBody& body, Side& side);

  WorkerTee* tee_;
  EventPtr event_;
  std::size_t held_bytes_ = 0;
  std::uint32_t sequence_ = 0;  ///< of the next exchange on this connection
  Side request_;
  Side response_;
};

}  // namespace understudy::proxy
