#include "proxy/downstream/connection.hpp"

#include "core/http/errors.hpp"
#include "core/net/endpoint.hpp"
#include "proxy/downstream/exchange.hpp"
#include "proxy/downstream/local_reply.hpp"

#include <array>
#include <utility>

namespace understudy::proxy {
namespace {

/// A head must fit the buffer whole; the rest lets pipelined requests and bodies come along in one read.
std::size_t buffer_bytes(const DownstreamOptions& options) {
  return options.request_limits.head_bytes + 4 * 1024;
}

constexpr std::size_t kRefusedBytes = 4 * 1024;
constexpr std::chrono::seconds kRefusedLinger{1};

}  // namespace

Connection::Connection(PlaneContext& plane, net::Stream stream, const net::tcp::endpoint& peer,
                       std::uint64_t id)
    : plane_(plane),
      client_{net::BufferedStream(std::move(stream), buffer_bytes(plane.options)),
              http::RequestParser(plane.options.request_limits), net::address_text(peer), id},
      exchange_(plane, client_) {}

net::Task<> Connection::serve() {
  After after = After::keep_alive;
  while (after == After::keep_alive) {
    switch (co_await read_head()) {
      case HeadEnd::whole:
        after = co_await run_exchange(exchange_);
        break;
      case HeadEnd::closed:
        after = After::close;
        break;
      case HeadEnd::refused:
        after = After::linger;
        break;
    }
  }
  // Closing over unread bytes would reset the connection and could destroy our answer on its way (RFC 9112
  // §9.6).
  if (after == After::close && (!client_.stream.in().empty() || client_.stream.is_stale()))
    after = After::linger;
  if (after == After::linger && !plane_.abandoned) co_await linger();
  exchange_.deadline.disarm();
  if (after == After::reset)
    client_.stream.abort();
  else
    client_.stream.close();
}

net::Task<Connection::HeadEnd> Connection::read_head() {
  auto& in = client_.stream.in();
  const auto& timeouts = plane_.options.timeouts;
  if (plane_.abandoned) co_return HeadEnd::closed;
  client_.parser.reset();
  exchange_.timed_out = false;
  bool begun = false;
  for (;;) {
    if (!in.empty()) {
      const auto step = client_.parser.parse_head(in.data());
      if (!step) {
        co_await refuse(LocalReply::malformed_request, http::status_for(step.error()), "Malformed request");
        co_return HeadEnd::refused;
      }
      in.consume(step->consumed);
      if (step->complete) co_return HeadEnd::whole;
      // Armed once: a client that sends its head byte by byte gets no more time than others.
      if (!std::exchange(begun, true)) exchange_.deadline.arm(timeouts.client_head);
    }
    idle_ = !begun;
    if (idle_) exchange_.deadline.arm(plane_.draining ? timeouts.drain_idle : timeouts.keep_alive_idle);
    const auto [error, bytes] = co_await client_.stream.read_some();
    idle_ = false;
    if (error) {
      if (!begun) co_return HeadEnd::closed;
      if (exchange_.timed_out)
        co_await refuse(LocalReply::head_timeout, 408, "The request head did not arrive in time");
      else if (error == net::asio::error::eof)
        co_await refuse(LocalReply::malformed_request, 400, "Incomplete request");
      co_return HeadEnd::refused;
    }
    in.commit(bytes);
    plane_.counters.downstream_bytes_in.add(bytes);
  }
}

net::Task<> Connection::refuse(LocalReply kind, unsigned status, const char* text) {
  exchange_.facts = {};
  exchange_.upload = Upload::complete;
  co_await answer_locally(exchange_, kind, status, text, true);
}

net::Task<> Connection::linger() {
  auto& stream = client_.stream;
  stream.shutdown_send();
  const auto end = Monotonic::now() + plane_.options.timeouts.linger_total;
  for (;;) {
    stream.in().clear();
    exchange_.deadline.arm(plane_.options.timeouts.linger);
    const auto [error, bytes] = co_await stream.read_some();
    if (error || Monotonic::now() >= end) break;
    plane_.counters.downstream_bytes_in.add(bytes);
  }
}

void Connection::drain() noexcept {
  if (idle_) exchange_.deadline.arm(plane_.options.timeouts.drain_idle);
}

void Connection::abandon() noexcept { exchange_.time_out(); }

net::Task<> refuse_connection(net::Stream refused, PlaneContext& plane) {
  LocalAnswer answer;
  answer.status = 503;
  answer.text = "Too many connections";
  answer.date = plane.date.now();
  answer.retry_after_seconds = 1;
  std::string bytes;
  append_local_answer(bytes, answer);
  if (refused.try_write(bytes)) plane.counters.count_response(503);
  plane.counters.count(LocalReply::overloaded);
  net::BufferedStream stream(std::move(refused), kRefusedBytes);
  net::Deadline deadline(
      plane.worker.deadlines(), [](void* self) { static_cast<net::BufferedStream*>(self)->close(); },
      &stream);
  deadline.arm(kRefusedLinger);
  stream.shutdown_send();
  for (;;) {
    stream.in().clear();
    const auto [error, ignored] = co_await stream.read_some();
    if (error) co_return;
  }
}

}  // namespace understudy::proxy
