// An HTTP client connection on one worker: the sending side of mirrors, replays, health checks and tests.
#pragma once

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/http/limits.hpp"
#include "core/http/message.hpp"
#include "core/net/endpoint.hpp"
#include "core/net/executor.hpp"
#include "core/net/tls_client.hpp"
#include "core/net/worker.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>
#include <vector>

namespace understudy::net {

struct ClientOptions {
  OriginUrl origin;
  std::shared_ptr<TlsClient> tls;    ///< of the worker's thread, may be shared; null: plain
  std::vector<Endpoint> endpoints;   ///< resolved; tried in order
  std::size_t connections_max = 64;  ///< for those who keep several connections; a send waits for a free one
  std::chrono::nanoseconds connect_timeout = std::chrono::seconds(5);
  std::chrono::nanoseconds response_timeout = std::chrono::seconds(30);  ///< from the send to the last byte
  std::chrono::nanoseconds idle_timeout = std::chrono::seconds(50);
  /// An idempotent request goes out on a connection that has been idle for less than this without a look at
  /// whether the peer has closed it: the retry on a fresh connection makes up for a wrong guess.
  std::chrono::nanoseconds probe_idle_after{0};
  std::size_t body_bytes_max =
      64 * 1024 * 1024;  ///< larger responses are cut there and the connection is closed
  http::Limits limits = http::response_limits();
};

enum class ClientErrc {
  connect_failed = 1,  ///< see `connect_error`
  connect_timeout,
  response_timeout,  ///< the last byte had not come in time
  connection_lost,   ///< end or reset before the end of the response
  bad_response,      ///< not HTTP, or beyond `limits`
  body_too_large,    ///< the response holds what fitted
  closed,            ///< by `close` while the send was pending
};
const boost::system::error_category& client_category() noexcept;
inline boost::system::error_code make_error_code(ClientErrc e) noexcept {
  return {static_cast<int>(e), client_category()};
}

/// When the parts of an exchange happened; of the last attempt, if there were two. Those not reached are left
/// alone.
struct ClientTimes {
  Monotonic::time_point sent;        ///< just before the first byte was written, on an open connection
  Monotonic::time_point first_byte;  ///< of the response
  Monotonic::time_point done;
};

/// A connection of its own, used by one session in order. Reconnects by itself between requests.
/// Lives on one worker's thread; `send` must not be called while another is pending.
class ClientConnection {
 public:
  ClientConnection(Worker& worker, const ClientOptions& options);
  ~ClientConnection();

  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;

  /// Sends `wire` (a whole HTTP/1.1 request, framing included) and reads the final response; interim ones are
  /// skipped. Retries once on a fresh connection when a reused one turns out stale and `idempotent` (RFC 9110
  /// §9.2.2). A response that comes before the request is wholly written is delivered, and ends the
  /// connection. Errors are ClientErrc; timeouts have the resolution of DeadlineWheel. After an error
  /// `response` holds what came. `response` is reused memory; `times` may be null. Arguments must live until
  /// the task ends, and so must `*this`.
  Task<Result<>> send(std::string_view wire, std::string_view method, bool idempotent,
                      http::Response& response, ClientTimes* times);
  /// On the worker's thread. A pending `send` ends with ClientErrc::closed; a later one connects anew.
  void close() noexcept;
  /// What the last attempt to connect came to; TlsErrc if its handshake failed.
  boost::system::error_code connect_error() const noexcept;
  /// How many connections have been made so far, successful or not.
  std::uint64_t connects() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::net

template <>
struct boost::system::is_error_code_enum<understudy::net::ClientErrc> : std::true_type {};
