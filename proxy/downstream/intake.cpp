#include "proxy/downstream/intake.hpp"

#include "core/http/forward.hpp"
#include "proxy/downstream/upload.hpp"

namespace understudy::proxy {
namespace {

bool is_bodiless(const http::BodyFraming& framing) {
  return framing == http::BodyFraming::none() || framing == http::BodyFraming::of_length(0);
}

/// Load that is turned away although the request itself is fine.
std::optional<OwnAnswer> shed(ExchangeState& x) {
  auto& plane = x.plane;
  const auto in_flight_max = plane.options.in_flight_max;
  plane.loop_probe.traffic(x.started);
  if (in_flight_max != 0 && plane.counters.requests_in_flight.value() >= in_flight_max)
    plane.counters.count(LimitHit::in_flight);
  else if (!plane.overload.admits(x.started, plane.options.overload))
    plane.counters.count(LimitHit::overload);
  else
    return std::nullopt;
  // A small body that is here already need not cost the connection.
  take_buffered_body(x);
  return overload_answer();
}

void append_head_for_origin(ExchangeState& x, const http::RequestHead& head) {
  http::ForwardRequest forward;
  forward.client_address = x.client.address;
  forward.scheme = x.client.secure ? "https" : "http";
  forward.forwarded = x.plane.options.forwarded;
  forward.via = x.plane.via;
  forward.default_host = x.plane.primary_authority;
  forward.tunnel = x.facts.upgrade;
  http::append_forwarded_head(x.up_out, head, x.facts.framing, forward);
}

}  // namespace

std::optional<OwnAnswer> take_request(ExchangeState& x) {
  auto& parser = x.client.parser;
  auto& head = parser.head();
  const auto& options = x.plane.options;
  x.started = Monotonic::now();
  x.deadline.disarm();  // the head is here: what is waited for next has its own time
  x.facts = facts_of(head, parser.framing(), parser.keep_alive());
  x.upload = is_bodiless(x.facts.framing) ? Upload::complete : Upload::running;
  x.plane.counters.requests.add();
  if (++x.client.requests == options.requests_per_connection_max)
    x.plane.counters.count(LimitHit::requests_per_connection);
  x.ids.take(head, options.ids, x.plane.id_source);
  x.access.begin(head, x.client.address, x.client.connection_id);
  x.access.ids(x.ids.request_id(), x.ids.trace_id());
  if (auto own = own_answer(head, x.facts, options, x.plane.via)) return own;
  if (auto own = shed(x)) return own;
  x.turn.begin(x.started);
  x.enter_flight();
  if (options.timeouts.request.count() > 0) x.whole.arm(options.timeouts.request);
  if (x.recorder.wanted()) {
    const bool sampled = x.plane.sampler.takes(head, x.client.address, x.client.connection_id);
    x.recorder.begin(sampled, x.client.connection_id, x.started);
    if (x.recorder.active()) x.hand_over.arm(options.timeouts.hand_over);
  }
  append_head_for_origin(x, head);
  x.recorder.request_head(head, x.facts.framing);
  if (x.upload_complete())
    x.recorder.request_done(parser.trailers(), x.started);
  else
    take_buffered_body(x);
  return std::nullopt;
}

void end_exchange(ExchangeState& x, Fate fate, Reason reason, Monotonic::time_point now) {
  x.deadline.disarm();
  x.hand_over.disarm();
  x.whole.disarm();
  x.leave_flight();
  x.access.upstream(x.turn.host_name());
  x.turn.end();
  x.recorder.finish(fate, reason);
  x.account.fate = fate;
  x.account.tunnel = reason == Reason::tunnel;
  x.account.duration = now - x.started;
  x.plane.counters.exchange_duration.record(x.account.duration);
}

}  // namespace understudy::proxy
