#include "proxy/downstream/upload.hpp"

#include "proxy/downstream/body_encoder.hpp"
#include "proxy/downstream/trickle_lane.hpp"

#include <string_view>

namespace understudy::proxy {
namespace {

void end_upload(ExchangeState& x, Upload how) {
  x.upload = how;
  if (how == Upload::client_gone || how == Upload::malformed) x.upstream->stream.close();
  if (!x.timed_out) x.progress();
}

/// Before the next read of a body that comes in small pieces: these may have to wait for each other. False
/// when the client has gone, or time has run out.
net::Task<bool> await_turn(ExchangeState& x) {
  const auto error = co_await x.client.stream.stream().wait_readable();
  if (error) co_return false;
  const auto now = Monotonic::now();
  if (now - x.body_piece_at < TrickleLane::kSilence) co_return true;
  const auto turn = x.plane.trickle_lane.next_turn(now);
  if (turn <= now) co_return true;
  net::Timer timer(x.plane.worker.executor(), turn);
  co_await timer.async_wait(net::use_task);
  co_return !x.timed_out && x.upload == Upload::running;
}

net::Task<net::Stream::ReadResult> read_piece(ExchangeState& x) {
  if (x.body_piece_bytes < TrickleLane::kSmallBytes) {
    const bool wanted = co_await await_turn(x);
    if (!wanted) co_return net::Stream::ReadResult{net::asio::error::operation_aborted, 0U};
  }
  const auto result = co_await x.client.stream.read_some();
  x.body_piece_bytes = std::get<1>(result);
  x.body_piece_at = Monotonic::now();
  co_return result;
}

/// False when the client has no more to say.
net::Task<bool> read_more(ExchangeState& x) {
  auto& stream = x.client.stream;
  x.awaiting_client = true;
  const auto [error, bytes] = co_await read_piece(x);
  x.awaiting_client = false;
  if (error) co_return false;
  stream.in().commit(bytes);
  x.plane.counters.downstream_bytes_in.add(bytes);
  x.progress();
  co_return true;
}

}  // namespace

void take_buffered_body(ExchangeState& x) {
  auto& in = x.client.stream.in();
  const BodyEncoder encoder(x.facts.framing.kind);
  while (x.upload == Upload::running && !in.empty() && x.up_out.size() < x.plane.options.piece_bytes) {
    const auto step = x.client.parser.parse_body(in.data());
    if (!step) {
      x.upload = Upload::malformed;
      x.upload_error = step.error();
      return;
    }
    x.request_body_bytes += step->data.size();
    if (const auto most = x.plane.options.request_body_bytes_max; most != 0 && x.request_body_bytes > most) {
      x.upload = Upload::malformed;
      x.upload_error = http::Errc::body_too_large;
      return;
    }
    if (!step->data.empty()) {
      encoder.append(x.up_out, step->data);
      x.recorder.request_body(step->data);
    }
    in.consume(step->consumed);
    x.account.bytes_in += step->consumed;
    if (step->complete) {
      // Trailers of a request end here, as with most gateways: an origin that merged them would be misled.
      encoder.finish(x.up_out, http::Fields());
      if (x.recorder.active()) x.recorder.request_done(x.client.parser.trailers(), Monotonic::now());
      x.upload = Upload::complete;
    } else if (step->consumed == 0) {
      if (!in.full()) return;
      x.upload = Upload::malformed;
      x.upload_error = http::Errc::bad_chunk;
    }
  }
}

net::Task<> upload_body(ExchangeState& x) {
  bool body_whole = x.upload_complete();
  x.upload = Upload::running;
  for (;;) {
    const auto sent = co_await x.upstream->stream.write(std::string_view(x.up_out).substr(x.up_sent));
    x.up_out.clear();
    x.up_sent = 0;
    if (x.upload != Upload::running) co_return;
    if (!sent) co_return end_upload(x, Upload::origin_gone);
    if (body_whole) co_return end_upload(x, Upload::complete);
    x.progress();
    for (;;) {
      take_buffered_body(x);
      if (!x.up_out.empty() || x.upload != Upload::running) break;
      const bool more = co_await read_more(x);
      if (more) continue;
      if (x.upload == Upload::running) end_upload(x, Upload::client_gone);
      co_return;
    }
    if (x.upload == Upload::malformed) co_return end_upload(x, Upload::malformed);
    if (x.upload == Upload::stopped) co_return;
    body_whole = x.upload_complete();
    x.upload = Upload::running;
  }
}

net::Task<> stop_upload(ExchangeState& x) {
  if (!x.companion.running()) co_return;
  x.upload = Upload::stopped;
  x.client.stream.cancel();
  x.upstream->stream.cancel();
  co_await x.companion.joined();
}

}  // namespace understudy::proxy
