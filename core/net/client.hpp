// A pooled HTTP client on one worker: the sending side of mirrors, replays, health checks and tests.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/http/limits.hpp"
#include "core/http/message.hpp"
#include "core/net/endpoint.hpp"
#include "core/net/executor.hpp"
#include "core/net/worker.hpp"

namespace understudy::net {

struct ClientOptions {
  OriginUrl origin;
  std::vector<tcp::endpoint> endpoints;  ///< resolved; tried in order
  std::size_t connections_max = 64;      ///< in all; a send waits for a free one
  std::chrono::nanoseconds connect_timeout = std::chrono::seconds(5);
  std::chrono::nanoseconds response_timeout = std::chrono::seconds(30);  ///< from the send to the last byte
  std::chrono::nanoseconds idle_timeout = std::chrono::seconds(50);
  std::size_t body_bytes_max = 64 * 1024 * 1024;  ///< larger responses are cut there and the connection is closed
  http::Limits limits = http::response_limits();
};

enum class ClientErrc { connect_failed = 1, connect_timeout, response_timeout, connection_lost, bad_response, body_too_large, closed };
const boost::system::error_category& client_category() noexcept;
inline boost::system::error_code make_error_code(ClientErrc e) noexcept { return {static_cast<int>(e), client_category()}; }

/// When the parts of an exchange happened.
struct ClientTimes {
  Monotonic::time_point sent;        ///< the first byte was written
  Monotonic::time_point first_byte;  ///< of the response
  Monotonic::time_point done;
};

/// A connection of its own, used by one session in order. Reconnects by itself between requests.
/// Lives on one worker's thread; `send` must not be called while another is pending.
class ClientConnection {
 public:
  ClientConnection(Worker& worker, const ClientOptions& options);
  ~ClientConnection();

  /// Sends `wire` (a whole HTTP/1.1 request, framing included) and reads the final response; interim ones are skipped.
  /// Retries once on a fresh connection when a reused one turns out stale and `idempotent` (RFC 9110 §9.2.2).
  /// `response` is reused memory; `times` may be null. Arguments must live until the task ends.
  Task<Result<>> send(std::string_view wire, std::string_view method, bool idempotent, http::Response& response,
                      ClientTimes* times);
  void close() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::net

template <>
struct boost::system::is_error_code_enum<understudy::net::ClientErrc> : std::true_type {};
