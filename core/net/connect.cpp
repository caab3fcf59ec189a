#include "core/net/connect.hpp"

#include "core/net/deadline.hpp"

#include <cerrno>
#include <sys/socket.h>

namespace understudy::net {
namespace {

void close_socket(void* socket) {
  boost::system::error_code ignored;
  static_cast<TcpSocket*>(socket)->close(ignored);
}

}  // namespace

Task<Result<TcpSocket>> connect(Worker& worker, std::span<const tcp::endpoint> endpoints,
                                std::chrono::nanoseconds timeout) {
  TcpSocket socket(worker.executor());
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
    if (error) continue;
    socket.set_option(tcp::no_delay(true), error);
    if (!error) co_return std::move(socket);
  }
  co_return error;
}

bool is_stale(TcpSocket& socket) noexcept {
  char byte = 0;
  while (true) {
    const auto got = ::recv(socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
  }
}

}  // namespace understudy::net
