#include "core/net/connect.hpp"

#include "core/net/deadline.hpp"

#include <sys/socket.h>

namespace understudy::net {
namespace {

void close_socket(void* socket) {
  boost::system::error_code ignored;
  static_cast<StreamSocket*>(socket)->close(ignored);
}

/// A Unix socket has nothing to delay.
void set_no_delay(StreamSocket& socket, const Endpoint& endpoint, boost::system::error_code& error) {
  if (endpoint.protocol().family() != AF_UNIX) socket.set_option(tcp::no_delay(true), error);
}

}  // namespace

Task<Result<Stream>> connect(Worker& worker, std::span<const Endpoint> endpoints,
                             std::chrono::nanoseconds timeout) {
  StreamSocket socket(worker.executor());
  Deadline deadline(worker.deadlines(), &close_socket, &socket);
  deadline.arm(timeout);
  boost::system::error_code error = asio::error::invalid_argument;
  for (const auto& endpoint : endpoints) {
    socket.close(error);
    socket.open(endpoint.protocol(), error);
    if (error) continue;
    const auto [failed] = co_await socket.async_connect(endpoint, use_task);
    error = failed;
    if (deadline.expired()) co_return make_error_code(asio::error::timed_out);
    if (!error) set_no_delay(socket, endpoint, error);
    if (!error) co_return Stream(std::move(socket));
  }
  co_return error;
}

}  // namespace understudy::net
