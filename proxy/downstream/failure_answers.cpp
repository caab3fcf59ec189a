#include "proxy/downstream/failure_answers.hpp"

#include "core/http/errors.hpp"
#include "proxy/downstream/answer.hpp"
#include "proxy/downstream/intake.hpp"
#include "proxy/downstream/limit_hits.hpp"
#include "proxy/downstream/upload.hpp"

namespace understudy::proxy {
namespace {

struct Verdict {
  LocalReply kind;
  LocalAnswer answer;
};

Verdict verdict_on_client(const ExchangeState& x) {
  if (x.upload != Upload::malformed)
    return {LocalReply::malformed_request, {.status = 400, .text = "Incomplete request body"}};
  if (x.upload_error == http::Errc::body_too_large)
    return {LocalReply::body_too_large, {.status = 413, .text = "The request body is too large"}};
  return {LocalReply::malformed_request,
          {.status = http::status_for(x.upload_error), .text = "Malformed request body"}};
}

Verdict verdict_on_primary(const ExchangeState& x, const PrimaryFailure& failure, bool connected) {
  const bool body_owed = !x.upload_complete();
  if (x.whole_timed_out)
    return {LocalReply::request_timeout, {.status = 504, .text = "The request took too long"}};
  if (failure.kind == PrimaryError::response_timeout)
    return {LocalReply::primary_timeout, {.status = 504, .text = "The primary did not answer in time"}};
  if (!connected && failure.kind == PrimaryError::connect_timeout)
    return {LocalReply::primary_unreachable,
            {.status = 504, .text = "The primary cannot be reached in time", .close = body_owed}};
  if (!connected)
    return {LocalReply::primary_unreachable,
            {.status = 502, .text = "The primary cannot be reached", .close = body_owed}};
  return {LocalReply::primary_failed,
          {.status = 502, .text = "The primary gave no valid response", .close = body_owed}};
}

void count_timeout(ExchangeState& x, const PrimaryFailure& failure, bool connected) {
  auto& counters = x.plane.counters;
  if (x.whole_timed_out)
    counters.count(TimeoutHit::request);
  else if (x.client_slow)
    counters.count(TimeoutHit::body_idle);
  else if (!connected && failure.kind == PrimaryError::connect_timeout)
    counters.count(TimeoutHit::connect);
  else if (failure.kind == PrimaryError::response_timeout)
    counters.count(TimeoutHit::response);
}

net::Task<After> answer_slow_client(ExchangeState& x) {
  x.plane.counters.client_aborts.add();
  const LocalAnswer answer{.status = 408, .text = "The request body did not arrive in time"};
  const auto after = co_await answer_locally(x, LocalReply::body_timeout, answer);
  end_exchange(x, Fate::client_abort, Reason::client_abort);
  co_return after;
}

}  // namespace

bool client_failed(const ExchangeState& x) noexcept {
  return x.upload == Upload::malformed || (x.upload == Upload::client_gone && !x.timed_out);
}

net::Task<After> answer_client_fault(ExchangeState& x) {
  co_await x.companion.joined();
  x.upstream.reset();
  x.plane.counters.client_aborts.add();
  if (const auto limit = limit_of(x.upload_error)) x.plane.counters.count(*limit);
  const auto verdict = verdict_on_client(x);
  const auto after = co_await answer_locally(x, verdict.kind, verdict.answer);
  end_exchange(x, Fate::client_abort, Reason::client_abort);
  co_return after;
}

net::Task<After> answer_primary_failure(ExchangeState& x, PrimaryFailure failure, bool connected) {
  co_await stop_upload(x);
  const bool client_slow = x.client_slow;
  count_timeout(x, failure, connected);
  x.upstream.reset();
  if (client_slow) co_return co_await answer_slow_client(x);
  x.turn.failed(false);
  x.plane.counters.count(failure.kind);
  if (limit_of(failure.cause)) x.plane.counters.count(LimitHit::response_head);
  x.account.primary_error = failure.kind;
  x.plane.primary_log.note(failure.kind, failure.cause, x.turn.host_name());
  const bool late = failure.kind == PrimaryError::response_timeout;
  const auto fate = late ? Fate::upstream_timeout : connected ? Fate::reset : Fate::local_reply;
  const auto verdict = verdict_on_primary(x, failure, connected);
  const auto after = co_await answer_locally(x, verdict.kind, verdict.answer);
  end_exchange(x, fate, Reason::primary_failed);
  co_return after;
}

net::Task<After> give_up_on_client(ExchangeState& x) {
  co_await stop_upload(x);
  x.upstream.reset();
  x.plane.counters.client_aborts.add();
  end_exchange(x, Fate::client_abort, Reason::client_abort);
  co_return After::close;
}

}  // namespace understudy::proxy
