#include "core/net/client.hpp"

#include "core/base/byte_buffer.hpp"
#include "core/http/parser.hpp"
#include "core/net/connect.hpp"
#include "core/net/deadline.hpp"
#include "core/net/message_memory.hpp"
#include "core/net/stream.hpp"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

namespace understudy::net {
namespace {}  // namespace

struct ClientConnection::Impl {
  Impl(Worker& the_worker, const ClientOptions& the_options)
      : worker(the_worker),
        options(the_options),
        stream(the_worker.executor()),
        deadline(the_worker.deadlines(), &expire, this),
        in(the_options.limits.head_bytes + kBufferExtraBytes),
        parser(the_options.limits) {}

  static void expire(void* self) { static_cast<Impl*>(self)->drop(); }

  void drop() noexcept;
  bool reusable(bool idempotent) noexcept;
  ClientErrc lost() const noexcept;
  Task<Result<>> open();
  Task<Result<>> exchange(std::string_view wire, http::Response& response, ClientTimes& times);
  Result<bool> absorb(http::Response& response);
  Result<bool> absorb_body(http::Response& response);
  Result<bool> end_of_stream();

  Worker& worker;
  ClientOptions options;
  Stream stream;
  Deadline deadline;
  ByteBuffer in;
  http::ResponseParser parser;
  std::string method;
  Monotonic::time_point idle_since;
  std::uint64_t connects = 0;
  boost::system::error_code connect_error;
  bool closed_by_owner = false;
  bool head_done = false;
  bool any_byte = false;    ///< of the response of this attempt
  bool persistent = false;  ///< nothing but the response's own head speaks against using the connection again
};

ClientConnection::ClientConnection(Worker& worker, const ClientOptions& options)
    : impl_(std::make_unique<Impl>(worker, options)) {}

ClientConnection::~ClientConnection() = default;

void ClientConnection::close() noexcept {
  impl_->closed_by_owner = true;
  impl_->drop();
}

std::uint64_t ClientConnection::connects() const noexcept { return impl_->connects; }

boost::system::error_code ClientConnection::connect_error() const noexcept { return impl_->connect_error; }

Task<Result<>> ClientConnection::send(std::string_view wire, std::string_view method, bool idempotent,
                                      http::Response& response, ClientTimes* times) {
  Impl& self = *impl_;
  ClientTimes unwanted;
  self.closed_by_owner = false;
  self.method.assign(method);
  bool reused = self.reusable(idempotent);
  while (true) {
    if (!reused) {
      const auto opened = co_await self.open();
      if (!opened) co_return opened.error();
    }
    self.deadline.arm(self.options.response_timeout);
    const auto result = co_await self.exchange(wire, response, times != nullptr ? *times : unwanted);
    self.deadline.disarm();
    if (result) co_return result;
    self.drop();
    const bool stale = reused && !self.any_byte && result.error() == ClientErrc::connection_lost;
    if (!stale || !idempotent) co_return result;
    reused = false;
  }
}

void ClientConnection::Impl::drop() noexcept { stream.close(); }

bool ClientConnection::Impl::reusable(bool idempotent) noexcept {
  if (!stream.is_open()) return false;
  const auto idle = Monotonic::now() - idle_since;
  if (idempotent && idle < options.probe_idle_after) return true;
  if (idle < options.idle_timeout && !stream.is_stale()) return true;
  drop();
  return false;
}

ClientErrc ClientConnection::Impl::lost() const noexcept {
  if (closed_by_owner) return ClientErrc::closed;
  return deadline.expired() ? ClientErrc::response_timeout : ClientErrc::connection_lost;
}

Task<Result<>> ClientConnection::Impl::open() {
  ++connects;
  auto connected = co_await connect(worker, options.endpoints, options.connect_timeout, options.tls);
  connect_error = connected ? boost::system::error_code{} : connected.error();
  if (closed_by_owner) co_return ClientErrc::closed;
  if (!connected)
    co_return connected.error() == asio::error::timed_out ? ClientErrc::connect_timeout
                                                          : ClientErrc::connect_failed;
  stream = std::move(*connected);
  co_return Result<>{};
}

Task<Result<>> ClientConnection::Impl::exchange(std::string_view wire, http::Response& response,
                                                ClientTimes& times) {
  in.clear();
  parser.reset(method);
  response.head.clear();
  response.body.clear();
  response.trailers.clear();
  head_done = any_byte = false;
  persistent = true;
  times.sent = Monotonic::now();
  for (bool complete = false; !complete;) {
    if (!wire.empty()) {
      const auto sent = stream.try_write(wire);
      // A peer that no longer reads may have answered first (RFC 9112 §9.5): what it sent is still to be
      // read.
      wire.remove_prefix(sent ? *sent : wire.size());
      persistent = persistent && sent;
    }
    const auto room = in.make_room();
    if (room.empty()) co_return ClientErrc::bad_response;
    boost::system::error_code error;
    std::size_t got = 0;
    if (wire.empty()) {
      std::tie(error, got) = co_await stream.read_some(room);
    } else {
      co_await stream.wait_readable_or_writable();
      std::tie(error, got) = stream.try_read(room);
    }
    if (error && error != asio::error::eof) co_return lost();
    if (got != 0 && !std::exchange(any_byte, true)) times.first_byte = Monotonic::now();
    in.commit(got);
    const auto step = error ? end_of_stream() : absorb(response);
    if (!step) co_return step.error();
    complete = *step;
  }
  times.done = idle_since = Monotonic::now();
  // Bytes after the response, or a request cut short: what comes next could not be told apart.
  if (!persistent || !parser.keep_alive() || !in.empty() || !wire.empty()) drop();
  co_return Result<>{};
}

/// Parses what has come. True when the final response is whole.
Result<bool> ClientConnection::Impl::absorb(http::Response& response) {
  while (!head_done) {
    const auto step = parser.parse_head(in.data());
    if (!step) return ClientErrc::bad_response;
    in.consume(step->consumed);
    if (!step->complete) return false;
    const auto status = parser.head().status;
    if (status < 200 && status != 101) {
      parser.reset(method);
      continue;
    }
    head_done = true;
    persistent = persistent && status != 101;
    std::swap(response.head, parser.head());
    const auto framing = parser.framing();
    if (framing.kind == http::BodyFraming::Kind::length)
      response.body.reserve(static_cast<std::size_t>(std::min(framing.length, kBodyReserveMax)));
  }
  return absorb_body(response);
}

Result<bool> ClientConnection::Impl::absorb_body(http::Response& response) {
  while (true) {
    const auto step = parser.parse_body(in.data());
    if (!step) return ClientErrc::bad_response;
    const auto room = options.body_bytes_max - response.body.size();
    response.body.append(step->data.substr(0, room));
    if (step->data.size() > room) return ClientErrc::body_too_large;
    in.consume(step->consumed);
    if (step->complete && !parser.trailers().empty()) response.trailers = parser.trailers();
    if (step->complete) return true;
    if (step->consumed == 0) return false;
  }
}

Result<bool> ClientConnection::Impl::end_of_stream() {
  persistent = false;
  if (head_done && parser.finish()) return true;
  return lost();
}

}  // namespace understudy::net
