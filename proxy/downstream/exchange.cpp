#include "proxy/downstream/exchange.hpp"

#include "proxy/downstream/answer.hpp"
#include "proxy/downstream/failure_answers.hpp"
#include "proxy/downstream/intake.hpp"
#include "proxy/downstream/response_plan.hpp"
#include "proxy/downstream/response_relay.hpp"
#include "proxy/downstream/retry_rule.hpp"
#include "proxy/downstream/tunnel.hpp"
#include "proxy/downstream/upload.hpp"

#include <utility>

namespace understudy::proxy {
namespace {

/// What a pooled connection keeps of its read buffer: enough for most responses, little for a thousand.
constexpr std::size_t kPooledBytesMax = 16 * 1024;
constexpr std::chrono::milliseconds kHoldBack{500};

/// What one try has come to.
struct Attempt {
  HeadOutcome outcome = HeadOutcome::failed;
  bool connected = false;
  bool reused = false;
  bool replayable = true;
  PrimaryFailure failure;
};

/// How often a request has been sent again, of the once that each is allowed.
struct Repeats {
  bool replaced = false;  ///< a stale connection, by a fresh one
  bool moved = false;     ///< from a host that failed, to another one

  bool any() const noexcept { return replaced || moved; }
};

/// An idle connection, if there is one that may be used.
Attempt begin_attempt(ExchangeState& x, bool fresh) {
  // What can be sent again may meet a connection that the origin has closed just now.
  const bool repeatable = x.facts.idempotent && x.upload_complete();
  x.upstream = fresh ? nullptr : x.turn.take_idle(repeatable ? net::Quiet::this_turn : net::Quiet::now);
  Attempt begun;
  begun.reused = begun.connected = x.account.upstream_reused = x.upstream != nullptr;
  if (begun.reused) x.plane.counters.upstream_connections_reused.add();
  return begun;
}

net::Task<> connect_upstream(ExchangeState& x, Attempt& tried) {
  const auto before = Monotonic::now();
  auto connection = co_await x.turn.connect();
  if (!connection) {
    const bool late = connection.error() == net::asio::error::timed_out;
    tried.failure = {late ? PrimaryError::connect_timeout : PrimaryError::connect_failed, connection.error()};
    co_return;
  }
  if (x.plane.abandoned || x.whole_timed_out) co_return;
  x.upstream = std::move(*connection);
  x.plane.counters.upstream_connections_opened.add();
  x.account.connect = Monotonic::now() - before;
  x.plane.counters.upstream_connect.record(x.account.connect);
  tried.connected = true;
}

/// Sends what there is in one write; a companion sends what the kernel did not take and what is still to
/// come.
bool send_request(ExchangeState& x) {
  const auto sent = x.upstream->stream.write_now(x.up_out);
  x.sent = Monotonic::now();
  x.recorder.connected(x.sent);
  if (!sent) return false;
  x.up_sent = *sent;
  if (x.up_sent < x.up_out.size() || !x.upload_complete()) x.companion.start(upload_body(x));
  x.progress();
  return true;
}

void note_first_byte(ExchangeState& x) {
  if (!x.response_begun) return;
  x.plane.counters.upstream_first_byte.record(x.first_byte - x.sent);
  x.recorder.first_byte(x.first_byte);
  x.account.first_byte = x.first_byte - x.started;
}

void count_retry(ExchangeState& x) {
  x.plane.counters.upstream_retries.add();
  ++x.account.retries;
}

/// To a host that this request has not been on, if there is one; as long as not being connected has not taken
/// twice its timeout.
bool try_another_host(ExchangeState& x, const Attempt& failed) {
  if (x.plane.abandoned || x.whole_timed_out) return false;
  const std::string host(x.turn.host_name());
  const auto patience = 2 * x.plane.options.timeouts.connect;
  if (!x.turn.move_on(Monotonic::now(), patience)) return false;
  const auto kind = failed.failure.kind;
  if (kind == PrimaryError::connect_timeout) x.plane.counters.count(TimeoutHit::connect);
  x.plane.counters.count(kind);
  x.plane.primary_log.note(kind, failed.failure.cause, host);
  count_retry(x);
  return true;
}

/// The connection broke before a byte of the response: a stale one is replaced, instead of a fresh one
/// another host is asked.
bool try_again(ExchangeState& x, const Attempt& tried, Repeats& repeats) {
  bool& repeated = tried.reused ? repeats.replaced : repeats.moved;
  const FailedAttempt failed{x.response_begun, x.facts.idempotent,
                             tried.replayable && tried.failure.kind == PrimaryError::closed_early, repeated};
  if (!may_repeat(failed)) return false;
  if (tried.reused)
    count_retry(x);
  else if (!try_another_host(x, tried))
    return false;
  repeated = true;
  return true;
}

After after_whole_response(ExchangeState& x, const RelayResult& relayed) {
  const UpstreamEnd upstream_end{x.upstream->parser.keep_alive(), !x.upstream->stream.in().empty(),
                                 x.upload_complete(),
                                 x.upstream->parser.framing().kind == http::BodyFraming::Kind::until_close};
  const auto now = Monotonic::now();
  x.recorder.response_done(x.upstream->parser.trailers(), now);
  if (may_reuse_upstream(upstream_end)) {
    x.upstream->stream.in().release(kPooledBytesMax);
    x.turn.release(std::move(x.upstream), now);
  }
  x.upstream.reset();
  end_exchange(x, Fate::ok, Reason::none, now);
  if (!x.upload_complete()) return After::linger;
  return relayed.close ? After::close : After::keep_alive;
}

/// The client sees that the response was cut: by a reset where a clean end would look like the end of the
/// body.
After after_cut_response(ExchangeState& x, const RelayResult& relayed) {
  if (x.whole_timed_out)
    x.plane.counters.count(TimeoutHit::request);
  else if (x.timed_out)
    x.plane.counters.count(TimeoutHit::body_idle);
  const bool client_at_fault = relayed.end == RelayEnd::client_gone || client_failed(x);
  x.upstream.reset();
  if (client_at_fault) {
    x.plane.counters.client_aborts.add();
    end_exchange(x, Fate::client_abort, Reason::client_abort);
    return x.timed_out ? After::reset : After::close;
  }
  x.turn.failed(true);
  x.plane.counters.count(relayed.failure.kind);
  x.account.primary_error = relayed.failure.kind;
  x.plane.primary_log.note(relayed.failure.kind, relayed.failure.cause, x.turn.host_name());
  end_exchange(x, x.timed_out ? Fate::upstream_timeout : Fate::reset, Reason::primary_failed);
  return relayed.until_close_down ? After::reset : After::close;
}

/// A client that asks again at once, in spite of Retry-After, would keep the worker busy with refusing it: it
/// gets its next refusal a moment later.
net::Task<> hold_back(ExchangeState& x) {
  if (x.started - x.client.shed_at < std::chrono::seconds(kRetryAfterSeconds)) {
    net::Timer pause(x.plane.worker.executor());
    pause.expires_after(kHoldBack);
    [[maybe_unused]] const auto passed = co_await pause.async_wait(net::use_task);
  }
  x.client.shed_at = Monotonic::now();
}

net::Task<After> answer_own(ExchangeState& x, OwnAnswer own) {
  if (own.kind == LocalReply::overloaded) co_await hold_back(x);
  if (own.kind == LocalReply::body_too_large) x.plane.counters.count(LimitHit::request_body);
  const auto after = co_await answer_locally(x, own.kind, own.answer);
  x.account.duration = Monotonic::now() - x.started;
  co_return after;
}

}  // namespace

net::Task<After> run_exchange(ExchangeState& x) {
  x.reset();
  if (const auto own = take_request(x)) co_return co_await answer_own(x, *own);
  if (x.upload == Upload::malformed) co_return co_await answer_client_fault(x);
  for (Repeats repeats;;) {
    auto tried = begin_attempt(x, repeats.any());
    while (!tried.connected) {
      co_await connect_upstream(x, tried);
      if (tried.connected || !try_another_host(x, tried)) break;
      tried = begin_attempt(x, repeats.any());
    }
    if (tried.connected && send_request(x)) {
      tried.replayable = !x.companion.running();
      tried.outcome = co_await read_response_head(x, tried.failure);
      note_first_byte(x);
    }
    if (tried.outcome == HeadOutcome::final_head) break;
    if (client_failed(x)) co_return co_await answer_client_fault(x);
    if (tried.outcome == HeadOutcome::client_gone) co_return co_await give_up_on_client(x);
    if (!try_again(x, tried, repeats))
      co_return co_await answer_primary_failure(x, tried.failure, tried.connected);
  }
  x.head_received = true;
  x.turn.answered(x.upstream->parser.head().status);
  if (x.upstream->parser.head().status == 101) {
    co_await run_tunnel(x);
    x.upstream.reset();
    end_exchange(x, Fate::ok, Reason::tunnel);
    co_return After::close;
  }
  const auto relayed = co_await relay_response(x);
  if (x.companion.running()) co_await stop_upload(x);
  co_return relayed.end == RelayEnd::whole ? after_whole_response(x, relayed)
                                           : after_cut_response(x, relayed);
}

}  // namespace understudy::proxy
