#include "proxy/downstream/tee_recorder.hpp"

#include <utility>

namespace understudy::proxy {

void TeeRecorder::begin(bool sampled, std::uint64_t connection_id, Monotonic::time_point now) {
  if (!tee_) return;
  const auto sequence = sequence_++;
  if (!sampled) return tee_->tee.count(Reason::sampled_out);
  event_ = tee_->tee.acquire();
  if (!event_) return;
  event_->id = tee_->next_exchange_id++;
  event_->connection_id = connection_id;
  event_->connection_sequence = sequence;
  event_->start_wall = wall_now();
  event_->start = now;
  event_->request_body.complete = false;
  event_->response_body.complete = false;
  held_bytes_ = 0;
}

void TeeRecorder::request_head(http::RequestHead& head, const http::BodyFraming& framing) {
  if (!event_) return;
  std::swap(head, event_->request);
  announce(event_->request_body, request_, framing);
}

void TeeRecorder::request_body(std::string_view piece) {
  if (event_) append(event_->request_body, request_, piece);
}

void TeeRecorder::request_done(const http::Fields& trailers, Monotonic::time_point now) {
  if (!event_) return;
  event_->request_body.complete = true;
  if (!trailers.empty()) event_->request_trailers = trailers;
  event_->request_done = now - event_->start;
}

void TeeRecorder::connected(Monotonic::time_point now) {
  if (event_) event_->connected = now - event_->start;
}

void TeeRecorder::first_byte(Monotonic::time_point now) {
  if (event_) event_->first_byte = now - event_->start;
}

void TeeRecorder::response_head(http::ResponseHead& head, const http::BodyFraming& framing) {
  if (!event_) return;
  std::swap(head, event_->response);
  event_->has_response = true;
  announce(event_->response_body, response_, framing);
}

void TeeRecorder::response_body(std::string_view piece) {
  if (event_) append(event_->response_body, response_, piece);
}

void TeeRecorder::response_done(const http::Fields& trailers, Monotonic::time_point now) {
  if (!event_) return;
  event_->response_body.complete = true;
  if (!trailers.empty()) event_->response_trailers = trailers;
  event_->response_done = now - event_->start;
}

void TeeRecorder::finish(Fate fate, Reason reason) {
  if (!event_) return;
  close_hash(event_->request_body, request_);
  close_hash(event_->response_body, response_);
  event_->fate = fate;
  if (event_->reason == Reason::none) event_->reason = reason;
  tee_->held_bytes -= held_bytes_;
  held_bytes_ = 0;
  // Its plane has gone by a reload while the exchange went on.
  if (!tee_->open) {
    tee_->tee.count(Reason::shutdown);
    return tee_->tee.discard(std::move(event_));
  }
  tee_->tee.push(std::move(event_));
}

void TeeRecorder::announce(TeedBody& body, Side& side, const http::BodyFraming& framing) {
  side.hashing = false;
  const bool too_large =
      framing.kind == http::BodyFraming::Kind::length && framing.length > tee_->tee.options().body_bytes_max;
  if (too_large) give_up_bytes(body, side);
}

void TeeRecorder::append(TeedBody& body, Side& side, std::string_view piece) {
  body.length += piece.size();
  if (!side.hashing) {
    if (body.length <= tee_->tee.options().body_bytes_max) {
      if (tee_->held_bytes + tee_->tee.bytes_in_flight() + piece.size() <= tee_->tee.options().budget_bytes) {
        body.bytes.append(piece);
        held_bytes_ += piece.size();
        tee_->held_bytes += piece.size();
        return;
      }
      event_->reason = Reason::memory_budget;
    }
    give_up_bytes(body, side);
  }
  side.hasher->update(piece);
}

void TeeRecorder::give_up_bytes(TeedBody& body, Side& side) {
  if (!side.hasher) side.hasher.emplace();
  side.hasher->reset();
  side.hasher->update(body.bytes);
  side.hashing = true;
  held_bytes_ -= body.bytes.size();
  tee_->held_bytes -= body.bytes.size();
  body.over_cap = true;
  body.bytes.clear();
  body.bytes.shrink_to_fit();
}

void TeeRecorder::close_hash(TeedBody& body, Side& side) {
  if (!side.hashing) return;
  body.hash = side.hasher->digest();
  side.hashing = false;
}

}  // namespace understudy::proxy
