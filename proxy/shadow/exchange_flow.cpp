#include "proxy/shadow/exchange_flow.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace understudy::proxy {
namespace {

std::string take(TeedBody& body) {
  // Half a body is not scrubbed but left out: a value cut in two is no longer recognised.
  return body.complete && !body.over_cap ? std::move(body.bytes) : std::string();
}

http::Request take_request(ExchangeEvent& event) {
  http::Request request{std::move(event.request), take(event.request_body), {}};
  if (event.request_body.complete) request.trailers = std::move(event.request_trailers);
  return request;
}

http::Response take_response(ExchangeEvent& event) {
  http::Response response{std::move(event.response), take(event.response_body), {}};
  if (event.response_body.complete) response.trailers = std::move(event.response_trailers);
  return response;
}

/// The event gets its memory back, so that the data plane need not ask for it when it fills the event again.
void give_back(ExchangeEvent& event, http::Request&& used) {
  event.request = std::move(used.head);
  event.request_body.bytes = std::move(used.body);
}

void give_back(ExchangeEvent& event, http::Response&& used) {
  event.response = std::move(used.head);
  event.response_body.bytes = std::move(used.body);
}

/// Why a scrubbed body is not fit to be sent; none when it is whole.
Reason reason_of_body(scrub::BodyState state, const TeedBody& body) {
  if (body.length == 0) return Reason::none;
  if (state == scrub::BodyState::failed) return Reason::scrub_failed;
  if (state == scrub::BodyState::encoding_unsupported) return Reason::encoding_unsupported;
  return Reason::none;
}

template <class Message>
Provenance provenance_of(const scrub::Report<Message>& report) {
  return {report.body, report.redactions, report.hits};
}

// The client broke off in its request, or what it sent was no message. The primary got no whole request
// either, and a record of one would be a phantom.
bool never_was_whole(const ExchangeEvent& event) noexcept {
  return event.fate == Fate::client_abort && !event.request_body.complete;
}

}  // namespace

Reason reason_of_event(const ExchangeEvent& event) noexcept {
  if (event.reason != Reason::none) return event.reason;
  switch (event.fate) {
    case Fate::ok:
      break;
    case Fate::client_abort:
      return Reason::client_abort;
    // The primary did not serve it, so a shadow that does would be ahead of production.
    case Fate::upstream_timeout:
    case Fate::reset:
    case Fate::local_reply:
      return Reason::primary_failed;
  }
  return event.request_body.complete ? Reason::none : Reason::client_abort;
}

void ExchangeFlow::process(ExchangeEvent& event, Monotonic::time_point now) {
  if (never_was_whole(event)) {
    if (parts_.capture != nullptr) parts_.capture->leave_out(Reason::client_abort);
    return decide_all(Reason::client_abort);
  }
  auto common = reason_of_event(event);
  if (common != Reason::none && parts_.capture == nullptr) return decide_all(common);
  const auto facts = facts_of(event, parts_.session_keys);
  auto raw = take_request(event);
  if (common == Reason::none && !parts_.guard.allows(raw)) common = Reason::write_blocked;
  if (common == Reason::none && event.request_body.over_cap) common = Reason::body_too_large;
  if (parts_.capture == nullptr) {
    if (common != Reason::none) return decide_all(common);
    // A shadow that takes nothing now costs no scrubbing.
    if (!any_shadow_accepts(now)) return refuse_all(now);
  }

  auto scrubbed = parts_.scrubber.scrub(std::move(raw));
  parts_.redactions.add(scrubbed.hits, !scrubbed.body_kept());
  const auto provenance = provenance_of(scrubbed);
  if (common == Reason::none) common = reason_of_body(scrubbed.body, event.request_body);
  if (common == Reason::none) {
    // Judged once more, as what would really be sent.
    if (auto admitted = parts_.guard.admit(std::move(scrubbed.message))) {
      mirror(*admitted, facts, now);
      record(event, facts, *admitted, provenance);
      return give_back(event, std::move(*admitted).release().release());
    }
    common = Reason::write_blocked;
  }
  decide_all(common);
  record(event, facts, scrubbed.message, provenance);
  give_back(event, std::move(scrubbed.message).release());
}

bool ExchangeFlow::any_shadow_accepts(Monotonic::time_point now) const {
  return std::any_of(parts_.shadows.begin(), parts_.shadows.end(),
                     [now](const auto& shadow) { return shadow->refusal(now) == Reason::none; });
}

void ExchangeFlow::refuse_all(Monotonic::time_point now) {
  for (const auto& shadow : parts_.shadows) shadow->count(shadow->refusal(now));
}

void ExchangeFlow::decide_all(Reason reason) {
  for (std::size_t i = 0; i < notes_.size(); ++i) {
    parts_.shadows[i]->count(reason);
    notes_[i] = {parts_.shadows[i]->name(), reason};
  }
}

void ExchangeFlow::mirror(const MirrorRequest& request, const ExchangeFacts& facts,
                          Monotonic::time_point now) {
  for (std::size_t i = 0; i < notes_.size(); ++i) {
    auto& shadow = *parts_.shadows[i];
    const auto reason = shadow.submit(request, facts.id, facts.connection_id, now);
    if (reason != Reason::none) shadow.count(reason);
    notes_[i] = {shadow.name(), reason};
  }
}

void ExchangeFlow::record(ExchangeEvent& event, const ExchangeFacts& facts, ScrubbedRequestView request,
                          const Provenance& of_request) {
  if (parts_.capture == nullptr) return;
  if (!event.has_response) return parts_.capture->record(facts, request, of_request, nullptr, {}, notes_);
  auto response = parts_.scrubber.scrub(take_response(event));
  parts_.redactions.add(response.hits, !response.body_kept());
  parts_.capture->record(facts, request, of_request, &response.message, provenance_of(response), notes_);
  give_back(event, std::move(response.message).release());
}

}  // namespace understudy::proxy
