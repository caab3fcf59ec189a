#include "core/net/readiness.hpp"

#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>

namespace understudy::net {

namespace experimental = asio::experimental;

Task<> wait_readable_or_writable(TcpSocket& socket) {
  auto group = experimental::make_parallel_group(socket.async_wait(tcp::socket::wait_read, asio::deferred),
                                                 socket.async_wait(tcp::socket::wait_write, asio::deferred));
  co_await group.async_wait(experimental::wait_for_one(), use_task);
}

}  // namespace understudy::net
