#include "proxy/shadow/exchange_facts.hpp"

namespace understudy::proxy {
namespace {

std::uint64_t nanoseconds(std::chrono::nanoseconds duration) {
  return duration.count() > 0 ? static_cast<std::uint64_t>(duration.count()) : 0;
}

capture::Fate to_capture(Fate fate) {
  switch (fate) {
    case Fate::ok:
      return capture::Fate::ok;
    case Fate::client_abort:
      return capture::Fate::client_abort;
    case Fate::upstream_timeout:
      return capture::Fate::upstream_timeout;
    case Fate::reset:
      return capture::Fate::reset;
    case Fate::local_reply:
      return capture::Fate::local_reply;
  }
  return capture::Fate::ok;
}

BodyFacts body_facts(const TeedBody& body, Fate fate) {
  BodyFacts facts{body.length, 0, capture::Truncation::none};
  if (!body.complete) {
    // A whole exchange with half a body was handed over while it was still going on.
    facts.truncation = fate == Fate::ok ? capture::Truncation::time : capture::Truncation::disconnect;
  } else if (body.over_cap) {
    facts.truncation = capture::Truncation::length;
    facts.hash = body.hash;
  }
  return facts;
}

}  // namespace

ExchangeFacts facts_of(const ExchangeEvent& event, const scrub::SessionKeys& session_keys) {
  ExchangeFacts facts;
  facts.id = event.id;
  facts.connection_id = event.connection_id;
  facts.connection_sequence = event.connection_sequence;
  facts.stream_id = event.stream_id;
  facts.start_ns = event.start_wall.value;
  facts.session_key = session_keys.of(event.request.fields);
  if (const auto traceparent = event.request.fields.find("traceparent"))
    facts.trace = parse_traceparent(*traceparent);
  facts.timings = {nanoseconds(event.request_done), nanoseconds(event.connected),
                   nanoseconds(event.first_byte), nanoseconds(event.response_done)};
  facts.fate = to_capture(event.fate);
  facts.request_body = body_facts(event.request_body, event.fate);
  facts.response_body = body_facts(event.response_body, event.fate);
  return facts;
}

}  // namespace understudy::proxy
