// The one place that says on which executor, with which coroutine type and how errors come back.
#pragma once

#include <chrono>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace understudy::net {

namespace asio = boost::asio;

/// Concrete: any_io_executor costs a virtual call and a reference count per operation.
using Executor = asio::io_context::executor_type;

template <class T = void>
using Task = asio::awaitable<T, Executor>;

/// `const auto [ec, n] = co_await socket.async_read_some(buffer, use_task);`
inline constexpr auto use_task = asio::as_tuple(asio::use_awaitable_t<Executor>{});

using tcp = asio::ip::tcp;
using TcpSocket = asio::basic_stream_socket<tcp, Executor>;
/// A connected socket of any family: a TcpSocket converts into it by moving.
using StreamSocket = asio::basic_stream_socket<asio::generic::stream_protocol, Executor>;
/// Where an origin listens: an IP address with port, or the path of a Unix socket.
using Endpoint = asio::generic::stream_protocol::endpoint;
using TcpAcceptor = asio::basic_socket_acceptor<tcp, Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

}  // namespace understudy::net
