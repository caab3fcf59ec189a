#include "proxy/downstream/response_relay.hpp"

#include "core/http/forward.hpp"
#include "proxy/downstream/body_encoder.hpp"
#include "proxy/downstream/response_plan.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace understudy::proxy {
namespace {

/// An origin that sends interim responses without end is broken.
constexpr int kInterimResponsesMax = 64;
/// Pieces from this size on are sent from where they lie; smaller ones are cheaper to copy behind the head.
constexpr std::size_t kDirectBytesMin = 4 * 1024;

PrimaryFailure read_failure(const ExchangeState& x, const boost::system::error_code& cause) {
  if (!x.timed_out) return {PrimaryError::closed_early, cause};
  return {x.head_received ? PrimaryError::body_timeout : PrimaryError::response_timeout, cause};
}

/// Sends all; false when the client is gone.
net::Task<bool> send_down(ExchangeState& x, std::string_view bytes) {
  const auto result = co_await x.client.stream.write(bytes);
  if (result) x.sent_down(bytes.size());
  co_return result.has_value();
}

/// What goes down in one turn: the head with copied pieces, and a piece that lies in the upstream buffer.
struct DownBatch {
  std::string_view copied;
  std::string_view direct;
};

/// The common case, one system call and no coroutine: true when the kernel took all of it. What is left stays
/// in `batch`; an error shows when that is sent.
bool sent_at_once(ExchangeState& x, DownBatch& batch) {
  const std::array pieces{net::asio::const_buffer(batch.copied.data(), batch.copied.size()),
                          net::asio::const_buffer(batch.direct.data(), batch.direct.size())};
  const auto sent =
      batch.direct.empty() ? x.client.stream.write_now(batch.copied) : x.client.stream.write_now(pieces);
  if (!sent) return false;
  x.sent_down(*sent);
  const auto of_copied = std::min(*sent, batch.copied.size());
  batch.copied.remove_prefix(of_copied);
  batch.direct.remove_prefix(*sent - of_copied);
  return batch.copied.empty() && batch.direct.empty();
}

/// What the client has waited for the proxy itself: from the request head read to the request sent, less the
/// time to connect, and from the response head read to its first bytes sent. With retries most of it is not
/// ours.
void record_added_latency(ExchangeState& x) {
  if (x.account.retries != 0) return;
  const auto connecting = std::max(x.account.connect, std::chrono::nanoseconds(0));
  const auto inward = x.sent - x.started - connecting;
  x.plane.counters.added_latency.record(inward + (Monotonic::now() - x.head_in));
}

net::Task<bool> send_rest(ExchangeState& x, DownBatch batch) {
  x.progress();
  x.sending_down = true;
  x.untaken_bytes = x.untaken_now();
  bool delivered = true;
  if (!batch.copied.empty()) delivered = co_await send_down(x, batch.copied);
  if (delivered && !batch.direct.empty()) delivered = co_await send_down(x, batch.direct);
  x.sending_down = false;
  co_return delivered;
}

net::Task<bool> forward_interim(ExchangeState& x) {
  auto& head = x.upstream->parser.head();
  if (x.facts.http_1_0) co_return true;
  x.down_out.clear();
  http::ForwardResponse options;
  options.via = x.plane.options.via;
  http::append_forwarded_head(x.down_out, head, http::BodyFraming::none(), options);
  x.plane.counters.count_response(head.status);
  const bool delivered = co_await send_down(x, x.down_out);
  x.down_out.clear();
  co_return delivered;
}

/// A 101 that was asked for, and not before the whole request has gone out (RFC 9110 §7.8).
bool may_switch(const ExchangeState& x, unsigned status) {
  return status == 101 && x.facts.upgrade && x.upload_complete() && !x.companion.running();
}

/// What `fill_down` stopped at.
enum class Fill : std::uint8_t { need_more, piece_full, direct, whole, broken };

/// The body of a response between the two buffers: sans-I/O part of the relay.
struct BodyRelay {
  ExchangeState& x;
  BodyEncoder encoder;
  std::string_view direct;  ///< lies in the upstream buffer, to be sent before that is read into again
  bool whole = false;
  boost::system::error_code error;

  Fill fill_down();
  void finish();
};

void BodyRelay::finish() {
  whole = true;
  const auto& trailers = x.upstream->parser.trailers();
  const bool wanted = x.facts.trailers_welcome && !trailers.empty();
  encoder.finish(x.down_out, wanted ? forwardable_trailers(trailers) : http::Fields());
}

Fill BodyRelay::fill_down() {
  auto& in = x.upstream->stream.in();
  while (!whole) {
    if (x.down_out.size() >= x.plane.options.piece_bytes) return Fill::piece_full;
    if (in.empty()) return Fill::need_more;
    const auto step = x.upstream->parser.parse_body(in.data());
    if (!step) {
      error = step.error();
      return Fill::broken;
    }
    in.consume(step->consumed);
    if (!step->data.empty()) {
      x.recorder.response_body(step->data);
      // Consumed bytes stay in place until the next read.
      if (encoder.passes_through() && step->data.size() >= kDirectBytesMin)
        direct = step->data;
      else
        encoder.append(x.down_out, step->data);
    }
    if (step->complete) finish();
    if (!direct.empty()) return Fill::direct;
    if (step->consumed == 0 && !step->complete) return Fill::need_more;
  }
  return Fill::whole;
}

/// Starts the final head in `down_out` and tells the tee.
RelayResult begin_response(ExchangeState& x, http::BodyFraming& down) {
  auto& parser = x.upstream->parser;
  const auto plan =
      plan_response(x.facts, {parser.framing(), x.upload_complete() && !x.companion.running(), x.closing()});
  http::ForwardResponse options;
  options.to_http_1_0 = x.facts.http_1_0;
  options.close = plan.close;
  options.keep_alive_1_0 = plan.keep_alive_1_0;
  options.head_request = x.facts.head;
  options.via = x.plane.options.via;
  options.date = x.plane.date.now();
  x.down_out.clear();
  http::append_forwarded_head(x.down_out, parser.head(), plan.framing, options);
  x.plane.counters.count_response(parser.head().status);
  x.account.status = static_cast<std::uint16_t>(parser.head().status);
  x.recorder.response_head(parser.head(), parser.framing());
  down = plan.framing;
  return {RelayEnd::whole, plan.close, plan.framing.kind == http::BodyFraming::Kind::until_close, {}};
}

}  // namespace

net::Task<HeadOutcome> read_response_head(ExchangeState& x, PrimaryFailure& failure) {
  auto& stream = x.upstream->stream;
  auto& parser = x.upstream->parser;
  parser.reset(x.facts.head ? "HEAD" : "GET");
  for (int interim = 0;;) {
    if (!stream.in().empty()) {
      const auto step = parser.parse_head(stream.in().data());
      if (!step) {
        failure = {PrimaryError::bad_response, step.error()};
        co_return HeadOutcome::failed;
      }
      stream.in().consume(step->consumed);
      if (step->complete) {
        const auto status = parser.head().status;
        if (status >= 200 || may_switch(x, status)) co_return HeadOutcome::final_head;
        if (status == 101 || ++interim > kInterimResponsesMax) {
          failure = {PrimaryError::bad_response, http::make_error_code(http::Errc::bad_status_line)};
          co_return HeadOutcome::failed;
        }
        if (!co_await forward_interim(x)) co_return HeadOutcome::client_gone;
        parser.reset(x.facts.head ? "HEAD" : "GET");
        continue;
      }
      if (stream.in().full()) {
        failure = {PrimaryError::bad_response, http::make_error_code(http::Errc::head_too_large)};
        co_return HeadOutcome::failed;
      }
    }
    const auto [error, bytes] = co_await stream.read_some();
    if (error) {
      failure = read_failure(x, error);
      co_return HeadOutcome::failed;
    }
    stream.in().commit(bytes);
    x.head_in = Monotonic::now();
    if (!x.response_begun) x.first_byte = x.head_in;
    x.response_begun = true;
  }
}

net::Task<RelayResult> relay_response(ExchangeState& x) {
  auto& stream = x.upstream->stream;
  http::BodyFraming down;
  auto result = begin_response(x, down);
  BodyRelay relay{x, BodyEncoder(down.kind), {}, false, {}};
  bool begun = false;
  const auto up = x.upstream->parser.framing();
  if (up == http::BodyFraming::none() || up == http::BodyFraming::of_length(0)) relay.finish();
  for (;;) {
    const auto fill = relay.fill_down();
    if (!x.down_out.empty() || !relay.direct.empty()) {
      DownBatch batch{x.down_out, relay.direct};
      bool delivered = sent_at_once(x, batch);
      if (!std::exchange(begun, true)) record_added_latency(x);
      if (!delivered) delivered = co_await send_rest(x, batch);
      if (!delivered) {
        result.end = RelayEnd::client_gone;
        co_return result;
      }
      x.down_out.clear();
      relay.direct = {};
    }
    if (fill == Fill::whole || (fill == Fill::direct && relay.whole)) co_return result;
    if (fill == Fill::broken) {
      result.end = RelayEnd::cut;
      result.failure = {PrimaryError::bad_response, relay.error};
      co_return result;
    }
    if (fill != Fill::need_more) continue;
    x.progress();
    const auto [error, bytes] = co_await stream.read_some();
    if (!error) {
      stream.in().commit(bytes);
      continue;
    }
    if (error == net::asio::error::eof && x.upstream->parser.finish()) {
      relay.finish();
      continue;
    }
    result.end = RelayEnd::cut;
    result.failure = read_failure(x, error);
    co_return result;
  }
}

}  // namespace understudy::proxy
