#include "core/net/buffered_stream.hpp"

namespace understudy::net {

void BufferedStream::cancel() noexcept {
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void BufferedStream::close() noexcept {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void BufferedStream::abort() noexcept {
  boost::system::error_code ignored;
  socket_.set_option(tcp::socket::linger(true, 0), ignored);
  socket_.close(ignored);
}

void BufferedStream::shutdown_send() noexcept {
  boost::system::error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

}  // namespace understudy::net
