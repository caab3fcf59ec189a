#include "core/net/server_connection.hpp"

#include "core/http/serializer.hpp"
#include "core/net/message_memory.hpp"
#include "core/net/tls_handshake.hpp"
#include "core/telemetry/log.hpp"
#include "core/telemetry/log_rate.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <fmt/format.h>

namespace understudy::net {
namespace {

/// Memory that a finished request may leave to the next one of its connection.
constexpr std::size_t kBodyKeptBytes = 64 * 1024;
/// After an error the client may still be sending; reading a while keeps a reset from overtaking our answer
/// (RFC 9112 §9.6).
constexpr std::chrono::seconds kLinger{2};
constexpr std::size_t kLingerBytesMax = 1024 * 1024;

void cancel_stream(void* stream) { static_cast<Stream*>(stream)->cancel(); }

bool asks_to_close(const http::Fields& fields) {
  bool close = false;
  for (const auto field : fields)
    if (iequals(field.name, "Connection"))
      for_each_list_element(field.value,
                            [&](std::string_view option) { close = close || iequals(option, "close"); });
  return close;
}

}  // namespace

http::Response error_response(unsigned status, std::string_view why) {
  http::Response response;
  response.head.status = status;
  response.head.fields.add("Content-Type", "text/plain");
  response.body = fmt::format("{} {}: {}\n", status, http::reason_phrase(status), why);
  return response;
}

ServerConnection::ServerConnection(ServerState& state, Stream stream)
    : state_(state),
      stream_(std::move(stream)),
      deadline_(state.worker.deadlines(), &cancel_stream, &stream_),
      in_(state.options.limits.head_bytes + kBufferExtraBytes),
      parser_(state.options.limits) {
  state_.connections.insert(this);
}

ServerConnection::~ServerConnection() { state_.connections.erase(this); }

void ServerConnection::close_if_idle() noexcept {
  if (idle_) stream_.close();
}

Task<> ServerConnection::run() {
  if (state_.tls) {
    const auto accepted =
        co_await accept_tls(state_.worker, stream_, state_.tls, state_.options.tls_handshake_timeout);
    if (!accepted) co_return;
  }
  for (bool more = true; more; first_ = false) {
    reuse_request();
    more = co_await read_head() && co_await read_body() && co_await answer();
  }
  stream_.close();
}

void ServerConnection::reuse_request() noexcept {
  parser_.reset();
  request_.head.clear();
  request_.trailers.clear();
  request_.body.clear();
  if (request_.body.capacity() > kBodyKeptBytes) request_.body.shrink_to_fit();
}

Task<bool> ServerConnection::read_head() {
  const auto& options = state_.options;
  idle_ = in_.empty();
  if (idle_ && state_.stopping) co_return false;
  deadline_.arm(idle_ && !first_ ? options.idle_timeout : options.head_timeout);
  while (true) {
    const auto step = parser_.parse_head(in_.data());
    if (!step) {
      co_await refuse(http::status_for(step.error()), step.error().message());
      co_return false;
    }
    in_.consume(step->consumed);
    if (step->complete) co_return true;
    const bool came = co_await read_more();
    if (came && std::exchange(idle_, false)) deadline_.arm(options.head_timeout);
    if (came) continue;
    if (!idle_ && deadline_.expired()) co_await refuse(408, "the request head did not come in time");
    co_return false;
  }
}

Task<bool> ServerConnection::read_body() {
  std::swap(request_.head, parser_.head());
  const auto framing = parser_.framing();
  const auto body_max = state_.options.body_bytes_max;
  const bool announced = framing.kind == http::BodyFraming::Kind::length;
  bool too_large = announced && framing.length > body_max;
  if (announced && !too_large)
    request_.body.reserve(static_cast<std::size_t>(std::min(framing.length, kBodyReserveMax)));
  const bool expected = framing.kind == http::BodyFraming::Kind::chunked || framing.length != 0;
  if (!too_large && expected && parser_.expects_continue() && in_.empty())
    if (!co_await write("HTTP/1.1 100 Continue\r\n\r\n")) co_return false;
  while (!too_large) {
    const auto step = parser_.parse_body(in_.data());
    if (!step) {
      co_await refuse(http::status_for(step.error()), step.error().message());
      co_return false;
    }
    too_large = step->data.size() > body_max - request_.body.size();
    if (too_large) break;
    request_.body.append(step->data);
    in_.consume(step->consumed);
    if (step->complete) co_return true;
    if (step->consumed != 0) continue;
    deadline_.arm(state_.options.idle_timeout);
    if (co_await read_more()) continue;
    if (deadline_.expired()) co_await refuse(408, "the request body did not come in time");
    co_return false;
  }
  co_await refuse(413, fmt::format("the request body is over {} bytes", body_max));
  co_return false;
}

Task<bool> ServerConnection::answer() {
  if (!parser_.trailers().empty()) request_.trailers = parser_.trailers();
  deadline_.disarm();
  auto response = co_await handle();
  const bool keep_alive = parser_.keep_alive() && !state_.stopping && !asks_to_close(response.head.fields);
  const auto wire = to_wire(response, keep_alive);
  if (!co_await write(wire)) co_return false;
  if (!keep_alive && !in_.empty()) co_await linger();
  co_return keep_alive;
}

Task<http::Response> ServerConnection::handle() {
  std::exception_ptr failed;
  try {
    co_return co_await state_.handler(request_);
  } catch (...) {
    failed = std::current_exception();
  }
  static telemetry::LogRate rate;
  const auto what = describe(failed);
  if (const auto suppressed = rate.admits())
    telemetry::log(telemetry::Level::error, "handler_failed",
                   {{"cause", std::string_view(what)}, {"suppressed_before", *suppressed}});
  co_return error_response(500, "internal error");
}

std::string ServerConnection::to_wire(http::Response& response, bool keep_alive) {
  const bool http_1_0 = request_.head.version == http::Version::http_1_0;
  if (response.head.reason.empty()) response.head.reason = http::reason_phrase(response.head.status);
  if (!response.head.fields.contains("Date")) response.head.fields.add("Date", state_.date.now());
  if (http_1_0) response.trailers.clear();  // they would ask for chunked
  auto wire = http::to_wire(response, request_.head.method == "HEAD", keep_alive);
  if (http_1_0 && keep_alive) wire.insert(wire.find("\r\n") + 2, "Connection: keep-alive\r\n");
  return wire;
}

Task<bool> ServerConnection::read_more() {
  const auto room = in_.make_room();
  if (deadline_.expired()) co_return false;
  const auto [error, got] = co_await stream_.read_some(room);
  if (error || got == 0) co_return false;
  in_.commit(got);
  co_return true;
}

Task<bool> ServerConnection::write(std::string_view bytes) {
  while (true) {
    const auto sent = stream_.try_write(bytes);
    if (!sent) co_return false;
    bytes.remove_prefix(*sent);
    if (bytes.empty()) co_return true;
    deadline_.arm(state_.options.idle_timeout);
    const auto error = co_await stream_.wait_writable();
    if (error) co_return false;
  }
}

Task<> ServerConnection::refuse(unsigned status, std::string_view why) {
  auto response = error_response(status, why);
  const auto wire = to_wire(response, false);
  if (co_await write(wire)) co_await linger();
}

Task<> ServerConnection::linger() {
  stream_.shutdown_send();
  deadline_.arm(kLinger);
  for (std::size_t drained = 0; drained < kLingerBytesMax; drained += in_.size()) {
    in_.clear();
    if (!co_await read_more()) break;
  }
}

}  // namespace understudy::net
