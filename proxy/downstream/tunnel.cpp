#include "proxy/downstream/tunnel.hpp"

#include "core/http/forward.hpp"

namespace understudy::proxy {
namespace {

/// One direction: what is buffered, then what comes.
net::Task<> pump(ExchangeState& x, net::BufferedStream& from, net::BufferedStream& to,
                 SingleWriterCounter& count, std::uint64_t& account) {
  for (;;) {
    if (!from.in().empty()) {
      count.add(from.in().size());
      account += from.in().size();
      const auto sent = co_await to.write(from.in().data());
      if (!sent) {
        // Nobody takes these bytes any more: both ends must learn it.
        x.time_out();
        co_return;
      }
      const bool quiet = from.in().size() < ByteBuffer::kFirstBytes;
      from.in().clear();
      if (quiet) from.in().release(ByteBuffer::kFirstBytes);
    }
    x.deadline.arm(x.plane.options.timeouts.tunnel_idle);
    const auto [error, bytes] = co_await from.read_some();
    if (error) {
      to.shutdown_send();
      if (error != net::asio::error::eof) x.time_out();
      co_return;
    }
    from.in().commit(bytes);
  }
}

}  // namespace

net::Task<> run_tunnel(ExchangeState& x) {
  auto& counters = x.plane.counters;
  auto& head = x.upstream->parser.head();
  x.down_out.clear();
  http::ForwardResponse options;
  options.via = x.plane.options.via;
  options.tunnel = true;
  http::append_forwarded_head(x.down_out, head, http::BodyFraming::none(), options);
  counters.count_response(head.status);
  x.recorder.response_head(head, http::BodyFraming::none());
  x.recorder.finish(Fate::ok, Reason::tunnel);
  x.hand_over.disarm();
  x.whole.disarm();
  x.leave_flight();
  counters.tunnels.add();
  counters.tunnels_active.add();
  x.account.status = static_cast<std::uint16_t>(head.status);
  x.sent_down(x.down_out.size());
  const auto sent = co_await x.client.stream.write(x.down_out);
  if (sent) {
    x.companion.start(
        pump(x, x.client.stream, x.upstream->stream, counters.downstream_bytes_in, x.account.bytes_in));
    co_await pump(x, x.upstream->stream, x.client.stream, counters.downstream_bytes_out, x.account.bytes_out);
    co_await x.companion.joined();
  }
  if (x.deadline.expired()) counters.count(TimeoutHit::tunnel_idle);
  x.deadline.disarm();
  counters.tunnels_active.subtract();
}

}  // namespace understudy::proxy
