#include "core/net/connect.hpp"

#include "core/base/clock.hpp"
#include "core/net/deadline.hpp"
#include "core/net/tls_handshake.hpp"

#include <algorithm>
#include <sys/socket.h>

namespace understudy::net {
namespace {

/// One endpoint after the other: the connection while it is being made, and once it is there.
struct Attempt {
  explicit Attempt(const Executor& executor) : socket(executor), stream(executor) {}

  static void expire(void* self) {
    boost::system::error_code ignored;
    static_cast<Attempt*>(self)->socket.close(ignored);
    static_cast<Attempt*>(self)->stream.close();
  }

  StreamSocket socket;
  Stream stream;
};

/// A Unix socket has nothing to delay.
void set_no_delay(StreamSocket& socket, const Endpoint& endpoint, boost::system::error_code& error) {
  if (endpoint.protocol().family() != AF_UNIX) socket.set_option(tcp::no_delay(true), error);
}

}  // namespace

Task<Result<Stream>> connect(Worker& worker, std::span<const Endpoint> endpoints,
                             std::chrono::nanoseconds timeout, std::shared_ptr<TlsClient> tls) {
  Attempt attempt(worker.executor());
  auto& [socket, stream] = attempt;
  Deadline deadline(worker.deadlines(), &Attempt::expire, &attempt);
  const auto end = Monotonic::now() + timeout;
  boost::system::error_code error = asio::error::invalid_argument;
  for (std::size_t at = 0; at < endpoints.size(); ++at) {
    const auto& endpoint = endpoints[at];
    // An equal share for each that is left: one that swallows packets must not use up the time of the others.
    const auto left = std::max(end - Monotonic::now(), std::chrono::nanoseconds(0));
    deadline.arm(left / static_cast<std::int64_t>(endpoints.size() - at));
    socket.close(error);
    socket.open(endpoint.protocol(), error);
    if (error) continue;
    const auto [failed] = co_await socket.async_connect(endpoint, use_task);
    error = failed;
    if (!error) set_no_delay(socket, endpoint, error);
    if (!error) stream = Stream(std::move(socket));
    if (!error && tls) {
      const auto shaken = co_await connect_tls(stream, tls);
      if (!shaken) error = shaken.error();
    }
    if (deadline.expired()) error = asio::error::timed_out;
    if (!error) co_return std::move(stream);
  }
  co_return error;
}

}  // namespace understudy::net
