#include "core/net/tls_handshake.hpp"

#include "core/base/clock.hpp"
#include "core/net/deadline.hpp"
#include "core/net/tls_server_context.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace understudy::net {
namespace {

/// What somebody who forgot the "s" of https gets to read.
constexpr std::string_view kPlainHttpAnswer =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 43\r\nConnection: close\r\n\r\n"
    "This port speaks TLS: use https:// instead\n";

/// After a failure the client may still be sending; reading on for a moment keeps a reset from overtaking the
/// alert that tells it why.
constexpr std::chrono::nanoseconds kAlertLinger = std::chrono::seconds(1);
constexpr int kAlertLingerReadsMax = 16;

Task<Result<>> shake_hands(Stream& stream) {
  auto& tls = *stream.tls();
  auto& socket = stream.socket();
  if (tls.role() == TlsSession::Role::server) {
    // The client speaks first, and mostly has: read by the socket, which learns that there is no more.
    const auto [error, bytes] = socket.try_read(tls.staging());
    tls.staged(error, bytes);
  }
  while (true) {
    const auto step = tls.handshake();
    if (!step) co_return step.error();
    if (*step == TlsSession::Progress::finished) co_return Result<>{};
    if (tls.backlog()) {
      const auto [error, none] = co_await socket.wait(PolledSocket::Wait::writable);
      if (error) co_return TlsErrc::peer_closed;
      continue;
    }
    const auto staging = tls.staging();
    const auto [error, bytes] = co_await socket.read_some(staging);
    if (error && error != asio::error::eof) co_return TlsErrc::peer_closed;
    tls.staged(error, bytes);
  }
}

/// `stream` is plain again: the TLS session is over before it began.
Task<> say_goodbye(Stream& stream, Deadline& deadline, TlsErrc why) {
  stream.start_tls(nullptr);
  if (why == TlsErrc::handshake_timeout || why == TlsErrc::peer_closed || !stream.is_open()) co_return;
  if (why == TlsErrc::plain_http) static_cast<void>(stream.try_write(kPlainHttpAnswer));
  stream.shutdown_send();
  deadline.arm(kAlertLinger);
  std::array<char, 4 * 1024> ignored;
  for (int reads = 0; reads < kAlertLingerReadsMax; ++reads) {
    const auto [error, bytes] = co_await stream.read_some(ignored);
    if (error) co_return;
  }
}

TlsErrc as_tls(const boost::system::error_code& error) noexcept {
  return error.category() == tls_category() ? static_cast<TlsErrc>(error.value()) : TlsErrc::peer_closed;
}

}  // namespace

Task<Result<>> accept_tls(Worker& worker, Stream& stream, std::shared_ptr<TlsServer> server,
                          std::chrono::nanoseconds timeout) {
  const auto began = Monotonic::now();
  Deadline deadline(worker.deadlines(), &Stream::close_expired, &stream);
  deadline.arm(timeout);
  const auto context = server->context();
  auto session = TlsSession::make(context->first(), stream.descriptor(), TlsSession::Role::server, context);
  if (!session) {
    stream.close();
    co_return TlsErrc::protocol_error;
  }
  stream.start_tls(std::move(session));
  const auto result = co_await shake_hands(stream);
  if (result) {
    server->counters().count_finished(stream.tls()->facts().resumed, Monotonic::now() - began);
    co_return result;
  }
  const auto why = deadline.expired() ? TlsErrc::handshake_timeout : as_tls(result.error());
  server->counters().count_failed(why);
  co_await say_goodbye(stream, deadline, why);
  deadline.disarm();
  stream.close();
  co_return why;
}

Task<Result<>> connect_tls(Stream& stream, std::shared_ptr<TlsClient> client) {
  const auto began = Monotonic::now();
  auto session = TlsClient::begin(client, stream.descriptor());
  if (!session) co_return TlsErrc::protocol_error;
  stream.start_tls(std::move(session));
  const auto result = co_await shake_hands(stream);
  if (result)
    client->counters().count_finished(stream.tls()->facts().resumed, Monotonic::now() - began);
  else
    client->counters().count_failed(as_tls(result.error()));
  co_return result;
}

}  // namespace understudy::net
