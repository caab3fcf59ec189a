#include "proxy/downstream/exchange.hpp"

#include "core/http/errors.hpp"
#include "core/http/forward.hpp"
#include "proxy/downstream/local_reply.hpp"
#include "proxy/downstream/response_plan.hpp"
#include "proxy/downstream/response_relay.hpp"
#include "proxy/downstream/retry_rule.hpp"
#include "proxy/downstream/tunnel.hpp"
#include "proxy/downstream/upload.hpp"

#include <utility>

namespace understudy::proxy {
namespace {

/// Takes the request over: facts, sampling, the head for the origin, the body bytes that came along.
void begin(ExchangeState& x) {
  auto& parser = x.client.parser;
  auto& head = parser.head();
  x.started = Monotonic::now();
  x.turn.begin(x.started);
  x.facts = facts_of(head, parser.framing(), parser.keep_alive());
  x.plane.counters.requests.add();
  if (x.recorder.wanted()) {
    const bool sampled = x.plane.sampler.takes(head, x.client.address, x.client.connection_id);
    x.recorder.begin(sampled, x.client.connection_id, x.started);
    if (x.recorder.active()) x.hand_over.arm(x.plane.options.timeouts.hand_over);
  }
  http::ForwardRequest forward;
  if (x.plane.options.forwarded_for) forward.client_address = x.client.address;
  forward.via = x.plane.options.via;
  forward.default_host = x.plane.primary_authority;
  forward.tunnel = x.facts.upgrade;
  http::append_forwarded_head(x.up_out, head, x.facts.framing, forward);
  x.recorder.request_head(head, x.facts.framing);
  const bool bodiless =
      x.facts.framing == http::BodyFraming::none() || x.facts.framing == http::BodyFraming::of_length(0);
  x.upload = bodiless ? Upload::complete : Upload::running;
  if (bodiless)
    x.recorder.request_done(parser.trailers(), x.started);
  else
    take_buffered_body(x);
}

void end(ExchangeState& x, Fate fate, Reason reason) {
  x.deadline.disarm();
  x.hand_over.disarm();
  x.turn.end();
  x.recorder.finish(fate, reason);
  x.plane.counters.exchange_duration.record(Monotonic::now() - x.started);
}

net::Task<bool> connect_upstream(ExchangeState& x, PrimaryFailure& failure) {
  const auto before = Monotonic::now();
  auto connection = co_await x.turn.connect();
  if (!connection) {
    const bool late = connection.error() == net::asio::error::timed_out;
    failure = {late ? PrimaryError::connect_timeout : PrimaryError::connect_failed, connection.error()};
    x.turn.failed(false);
    co_return false;
  }
  if (x.plane.abandoned) co_return false;
  x.upstream = std::move(*connection);
  x.plane.counters.upstream_connections_opened.add();
  x.plane.counters.upstream_connect.record(Monotonic::now() - before);
  co_return true;
}

/// Sends what there is in one write; a companion sends what the kernel did not take and what is still to
/// come.
bool send_request(ExchangeState& x) {
  x.sent = Monotonic::now();
  x.recorder.connected(x.sent);
  const auto sent = x.upstream->stream.write_now(x.up_out);
  if (!sent) return false;
  x.up_sent = *sent;
  if (x.up_sent < x.up_out.size() || !x.upload_complete()) x.companion.start(upload_body(x));
  x.progress();
  return true;
}

/// What one try has come to.
struct Attempt {
  HeadOutcome outcome = HeadOutcome::failed;
  bool connected = false;
  bool reused = false;
  bool replayable = true;
  PrimaryFailure failure;
};

net::Task<Attempt> attempt(ExchangeState& x, bool fresh) {
  Attempt result;
  x.upstream = fresh ? nullptr : x.turn.take_idle();
  result.reused = x.upstream != nullptr;
  if (!result.reused) {
    const bool connected = co_await connect_upstream(x, result.failure);
    if (!connected) co_return result;
  }
  if (result.reused) x.plane.counters.upstream_connections_reused.add();
  result.connected = true;
  if (!send_request(x)) co_return result;
  result.replayable = !x.companion.running();
  result.outcome = co_await read_response_head(x, result.failure);
  if (x.response_begun) {
    x.plane.counters.upstream_first_byte.record(x.first_byte - x.sent);
    x.recorder.first_byte(x.first_byte);
  }
  co_return result;
}

/// No byte was sent, so that even a POST may go to another host; as long as connecting has not taken twice
/// its timeout.
bool try_another_host(ExchangeState& x, const Attempt& failed) {
  if (x.plane.abandoned || !x.turn.move_on(Monotonic::now(), 2 * x.plane.options.timeouts.connect))
    return false;
  x.plane.counters.count(failed.failure.kind);
  x.plane.primary_log.note(failed.failure.kind, failed.failure.cause);
  x.plane.counters.upstream_retries.add();
  return true;
}

/// The upload failed on the client's side, so the origin was cut off by us and is not to blame.
bool client_failed(const ExchangeState& x) {
  return x.upload == Upload::malformed || (x.upload == Upload::client_gone && !x.timed_out);
}

net::Task<After> answer_client_fault(ExchangeState& x) {
  co_await x.companion.joined();
  x.upstream.reset();
  x.plane.counters.client_aborts.add();
  end(x, Fate::client_abort, Reason::client_abort);
  const bool malformed = x.upload == Upload::malformed;
  const auto status = malformed ? http::status_for(x.upload_error) : 400U;
  co_return co_await answer_locally(x, LocalReply::malformed_request, status,
                                    malformed ? "Malformed request body" : "Incomplete request body", true);
}

net::Task<After> answer_primary_failure(ExchangeState& x, const Attempt& failed) {
  co_await stop_upload(x);
  const bool body_owed = !x.upload_complete();
  x.upstream.reset();
  if (x.client_slow) {
    x.plane.counters.client_aborts.add();
    end(x, Fate::client_abort, Reason::client_abort);
    co_return co_await answer_locally(x, LocalReply::head_timeout, 408,
                                      "The request body did not arrive in time", true);
  }
  if (failed.connected) x.turn.failed(false);
  x.plane.counters.count(failed.failure.kind);
  x.plane.primary_log.note(failed.failure.kind, failed.failure.cause);
  const bool late = failed.failure.kind == PrimaryError::response_timeout;
  const auto fate = late ? Fate::upstream_timeout : failed.connected ? Fate::reset : Fate::local_reply;
  end(x, fate, Reason::primary_failed);
  if (late)
    co_return co_await answer_locally(x, LocalReply::primary_timeout, 504,
                                      "The primary did not answer in time", true);
  if (!failed.connected)
    co_return co_await answer_locally(x, LocalReply::primary_unreachable, 502,
                                      "The primary cannot be reached", body_owed);
  co_return co_await answer_locally(x, LocalReply::primary_failed, 502, "The primary gave no valid response",
                                    body_owed);
}

After after_whole_response(ExchangeState& x, const RelayResult& relayed) {
  const UpstreamEnd upstream_end{x.upstream->parser.keep_alive(), !x.upstream->stream.in().empty(),
                                 x.upload_complete(),
                                 x.upstream->parser.framing().kind == http::BodyFraming::Kind::until_close};
  const auto now = Monotonic::now();
  x.recorder.response_done(x.upstream->parser.trailers(), now);
  if (may_reuse_upstream(upstream_end)) x.turn.release(std::move(x.upstream), now);
  x.upstream.reset();
  end(x, Fate::ok, Reason::none);
  if (!x.upload_complete()) return After::linger;
  return relayed.close ? After::close : After::keep_alive;
}

net::Task<After> deliver(ExchangeState& x) {
  const auto relayed = co_await relay_response(x);
  co_await stop_upload(x);
  if (relayed.end == RelayEnd::whole) co_return after_whole_response(x, relayed);
  const bool client_at_fault = relayed.end == RelayEnd::client_gone || client_failed(x);
  x.upstream.reset();
  if (client_at_fault) {
    x.plane.counters.client_aborts.add();
    end(x, Fate::client_abort, Reason::client_abort);
    co_return After::close;
  }
  x.turn.failed(true);
  x.plane.counters.count(relayed.failure.kind);
  x.plane.primary_log.note(relayed.failure.kind, relayed.failure.cause);
  end(x, x.timed_out ? Fate::upstream_timeout : Fate::reset, Reason::primary_failed);
  co_return relayed.until_close_down ? After::reset : After::close;
}

}  // namespace

net::Task<After> run_exchange(ExchangeState& x) {
  x.reset();
  begin(x);
  if (x.upload == Upload::malformed) co_return co_await answer_client_fault(x);
  for (bool retried = false;; retried = true) {
    auto tried = co_await attempt(x, retried);
    while (!tried.connected && try_another_host(x, tried)) tried = co_await attempt(x, retried);
    if (tried.outcome == HeadOutcome::final_head) break;
    if (client_failed(x)) co_return co_await answer_client_fault(x);
    if (tried.outcome == HeadOutcome::client_gone) {
      co_await stop_upload(x);
      x.upstream.reset();
      x.plane.counters.client_aborts.add();
      end(x, Fate::client_abort, Reason::client_abort);
      co_return After::close;
    }
    const FailedAttempt failed{tried.reused, x.response_begun, x.facts.idempotent,
                               tried.replayable && tried.failure.kind == PrimaryError::closed_early, retried};
    if (!may_retry(failed)) co_return co_await answer_primary_failure(x, tried);
    x.plane.counters.upstream_retries.add();
  }
  x.head_received = true;
  x.turn.answered(x.upstream->parser.head().status);
  if (x.upstream->parser.head().status == 101) {
    co_await run_tunnel(x);
    x.upstream.reset();
    end(x, Fate::ok, Reason::tunnel);
    co_return After::close;
  }
  co_return co_await deliver(x);
}

net::Task<After> answer_locally(ExchangeState& x, LocalReply kind, unsigned status, const char* text,
                                bool close) {
  if (x.plane.abandoned) co_return After::close;
  LocalAnswer answer;
  answer.status = status;
  answer.text = text;
  answer.date = x.plane.date.now();
  answer.head_request = x.facts.head;
  answer.close = close || !x.facts.keep_alive || !x.upload_complete() || x.plane.draining;
  x.down_out.clear();
  append_local_answer(x.down_out, answer);
  x.plane.counters.count(kind);
  x.plane.counters.count_response(status);
  x.deadline.arm(x.plane.options.timeouts.body_idle);
  const auto sent = co_await x.client.stream.write(x.down_out);
  x.deadline.disarm();
  if (!sent) co_return After::close;
  x.plane.counters.downstream_bytes_out.add(x.down_out.size());
  co_return answer.close ? After::linger : After::keep_alive;
}

}  // namespace understudy::proxy
