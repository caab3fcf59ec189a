#include "proxy/downstream/connection.hpp"

#include "core/http/errors.hpp"
#include "core/net/endpoint.hpp"
#include "proxy/downstream/answer.hpp"
#include "proxy/downstream/exchange.hpp"
#include "proxy/downstream/limit_hits.hpp"
#include "proxy/downstream/local_reply.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace understudy::proxy {
namespace {

/// The line of a connection that never became one of ours.
void log_refused(const net::tcp::endpoint& peer, PlaneContext& plane, std::size_t bytes_out) {
  if (plane.access_log == nullptr || !plane.access_log->selection().enabled) return;
  AccessRecorder access(plane.access_log);
  access.begin_without_head(net::address_text(peer), 0);
  ExchangeAccount account;
  account.status = 503;
  account.local_reply = LocalReply::overloaded;
  account.bytes_out = bytes_out;
  access.finish(account);
}

/// A head must fit the buffer whole; the rest lets pipelined requests and bodies come along in one read.
std::size_t buffer_bytes(const DownstreamOptions& options) {
  return options.request_limits.head_bytes + 4 * 1024;
}

constexpr std::size_t kRefusedBytes = 4 * 1024;
constexpr std::chrono::seconds kRefusedLinger{1};
constexpr const char* kTooManyConnections = "Too many connections";

}  // namespace

Connection::Connection(PlaneContext& plane, net::Stream stream, const net::tcp::endpoint& peer,
                       std::uint64_t id)
    : plane_(plane),
      client_{net::BufferedStream(std::move(stream), buffer_bytes(plane.options)),
              http::RequestParser(plane.options.request_limits), net::address_text(peer), id},
      exchange_(plane, client_),
      options_version_(plane.options_version) {
  client_.secure = client_.stream.stream().tls() != nullptr;
}

net::Task<> Connection::serve() {
  const auto per_client_max = plane_.options.connections_per_client_max;
  const auto slot =
      per_client_max != 0 ? plane_.clients.enter(client_.address, per_client_max) : ClientCounts::Slot();
  After after = After::close;
  if (per_client_max != 0 && !slot.counted())
    after = co_await turn_away(LimitHit::connections_per_client);
  else if (is_shed())
    after = co_await turn_away(LimitHit::overload);
  else
    after = co_await serve_requests();
  co_await end(after);
}

bool Connection::is_shed() noexcept {
  auto& overload = plane_.overload;
  if (overload.shed_share() <= 0) return false;
  const auto now = Monotonic::now();
  plane_.loop_probe.traffic(now);
  return !overload.admits(now, plane_.options.overload);
}

net::Task<After> Connection::turn_away(LimitHit limit) {
  plane_.counters.count(limit);
  plane_.counters.connections_refused.add();
  const LocalAnswer answer{.status = 503, .text = kTooManyConnections, .retry_after_seconds = 1};
  exchange_.access.begin_without_head(client_.address, client_.connection_id);
  const auto after = co_await answer_locally(exchange_, LocalReply::overloaded, answer);
  log_exchange();
  co_return after;
}

net::Task<After> Connection::serve_requests() {
  After after = After::keep_alive;
  while (after == After::keep_alive) {
    switch (co_await read_head()) {
      case HeadEnd::whole:
        after = co_await run_exchange(exchange_);
        log_exchange();
        break;
      case HeadEnd::closed:
        // A request may be on its way to us while we close: a clean end lets the client send it elsewhere,
        // which a reset does not.
        after = exchange_.timed_out && leaving() ? After::linger : After::close;
        break;
      case HeadEnd::refused:
        after = After::linger;
        break;
    }
  }
  co_return after;
}

net::Task<> Connection::end(After after) {
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
  exchange_.account = {};
  exchange_.timed_out = false;
  bool begun = false;
  for (;;) {
    if (!in.empty()) {
      if (!begun && options_version_ != plane_.options_version) adopt_options();
      const auto step = client_.parser.parse_head(in.data());
      if (!step) {
        if (const auto limit = limit_of(step.error())) plane_.counters.count(*limit);
        co_await refuse(LocalReply::malformed_request, http::status_for(step.error()), "Malformed request");
        co_return HeadEnd::refused;
      }
      in.consume(step->consumed);
      exchange_.account.bytes_in += step->consumed;
      if (step->complete) co_return HeadEnd::whole;
      // Armed once: a client that sends its head byte by byte gets no more time than others.
      if (!std::exchange(begun, true)) exchange_.deadline.arm(timeouts.client_head);
    }
    idle_ = !begun;
    if (idle_) {
      exchange_.rest();
      exchange_.deadline.arm(exchange_.closing() ? timeouts.drain_idle : timeouts.keep_alive_idle);
    }
    const auto [error, bytes] = co_await client_.stream.read_some();
    idle_ = false;
    if (error) {
      if (!begun && exchange_.timed_out) plane_.counters.count(TimeoutHit::keep_alive_idle);
      if (!begun) co_return HeadEnd::closed;
      if (exchange_.timed_out) {
        plane_.counters.count(TimeoutHit::client_head);
        co_await refuse(LocalReply::head_timeout, 408, "The request head did not arrive in time");
      } else if (error == net::asio::error::eof) {
        co_await refuse(LocalReply::malformed_request, 400, "Incomplete request");
      }
      co_return HeadEnd::refused;
    }
    in.commit(bytes);
    plane_.counters.downstream_bytes_in.add(bytes);
  }
}

net::Task<> Connection::refuse(LocalReply kind, unsigned status, const char* text) {
  exchange_.facts = {};
  exchange_.upload = Upload::complete;
  exchange_.ids.make(plane_.options.ids, plane_.id_source);
  const LocalAnswer answer{.status = status, .text = text};
  exchange_.access.begin_without_head(client_.address, client_.connection_id);
  exchange_.access.ids(exchange_.ids.request_id(), exchange_.ids.trace_id());
  co_await answer_locally(exchange_, kind, answer);
  log_exchange();
}

void Connection::log_exchange() {
  if (!exchange_.access.active()) return;
  if (const auto* const tls = client_.stream.stream().tls()) {
    const auto facts = tls->facts();
    exchange_.access.tls(facts.version, facts.cipher);
  }
  exchange_.access.finish(exchange_.account);
}

net::Task<> Connection::linger() {
  auto& stream = client_.stream;
  stream.shutdown_send();
  const auto end = Monotonic::now() + plane_.options.timeouts.linger_total;
  for (;;) {
    stream.in().clear();
    const auto& timeouts = plane_.options.timeouts;
    exchange_.timed_out = false;
    exchange_.deadline.arm(leaving() ? std::min(timeouts.linger, timeouts.drain_idle) : timeouts.linger);
    const auto [error, bytes] = co_await stream.read_some();
    if (error && exchange_.timed_out && !leaving()) plane_.counters.count(TimeoutHit::linger);
    if (error || Monotonic::now() >= end) break;
    plane_.counters.downstream_bytes_in.add(bytes);
  }
}

void Connection::adopt_options() {
  options_version_ = plane_.options_version;
  client_.parser = http::RequestParser(plane_.options.request_limits);
  client_.stream.in().set_capacity(buffer_bytes(plane_.options));
}

void Connection::drain() noexcept {
  client_.draining = true;
  if (idle_) exchange_.deadline.arm(plane_.options.timeouts.drain_idle);
}

void Connection::abandon() noexcept { exchange_.time_out(); }

net::Task<> refuse_connection(net::Stream refused, net::tcp::endpoint peer, PlaneContext& plane) {
  LocalAnswer answer{.status = 503, .text = kTooManyConnections, .retry_after_seconds = 1};
  answer.date = plane.date.now();
  std::string bytes;
  append_local_answer(bytes, answer);
  if (refused.try_write(bytes)) plane.counters.count_response(503);
  log_refused(peer, plane, bytes.size());
  plane.counters.count(LocalReply::overloaded);
  plane.counters.count(LimitHit::connections);
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
