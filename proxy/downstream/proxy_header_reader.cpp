#include "proxy/downstream/proxy_header_reader.hpp"

#include "core/net/socket_calls.hpp"
#include "proxy/downstream/proxy_protocol.hpp"

#include <array>
#include <cerrno>
#include <span>
#include <string_view>
#include <sys/socket.h>

namespace understudy::proxy {
namespace {

namespace errc = boost::system::errc;
using State = ProxyHeaderStep::State;

boost::system::error_code last_error() { return {errno, boost::system::system_category()}; }

/// The socket becomes readable only when it holds more than `seen` bytes: what has been looked at and lies
/// there still would otherwise make it readable for ever.
bool wake_after(int descriptor, std::size_t seen) {
  const int bytes = static_cast<int>(seen + 1);
  return ::setsockopt(descriptor, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof bytes) == 0;
}

/// What the socket holds, left there; empty when it holds nothing.
Result<std::string_view> peek(int descriptor, std::array<char, kProxyHeaderBytesMax>& into) {
  const auto got = net::receive_now(descriptor, into, MSG_PEEK);
  if (got > 0) return std::string_view(into.data(), static_cast<std::size_t>(got));
  if (got == 0) return make_error_code(net::asio::error::eof);
  if (errno == EAGAIN || errno == EINTR) return std::string_view();
  return last_error();
}

Result<net::tcp::endpoint> take_header(int descriptor, const ProxyHeaderStep& header,
                                       const net::tcp::endpoint& peer) {
  std::array<char, kProxyHeaderBytesMax> dropped;
  const auto got = net::receive_now(descriptor, std::span(dropped).first(header.size));
  if (got < 0) return last_error();
  if (!wake_after(descriptor, 0)) return last_error();
  return header.client.value_or(peer);
}

}  // namespace

net::Task<Result<net::tcp::endpoint>> read_proxy_header(net::Stream& stream,
                                                        const ProxyProtocolPolicy& policy,
                                                        net::tcp::endpoint peer) {
  const bool required = policy.mode == ProxyProtocolPolicy::Mode::require;
  if (!policy.trusts(peer.address())) {
    if (required) co_return errc::make_error_code(errc::permission_denied);
    co_return peer;
  }
  const auto descriptor = stream.descriptor();
  std::array<char, kProxyHeaderBytesMax> bytes;
  std::size_t seen = 0;
  for (;;) {
    const auto error = co_await stream.wait_readable();
    if (error) co_return error;
    const auto held = peek(descriptor, bytes);
    if (!held) co_return held.error();
    const auto step = parse_proxy_header(*held);
    if (step.state == State::whole) co_return take_header(descriptor, step, peer);
    const bool cut_off = step.state == State::incomplete && held->size() <= seen && seen > 0;
    if (step.state == State::malformed || cut_off || (step.state == State::absent && required))
      co_return errc::make_error_code(errc::protocol_error);
    if (step.state == State::absent) {
      if (!wake_after(descriptor, 0)) co_return last_error();
      co_return peer;
    }
    seen = held->size();
    if (!wake_after(descriptor, seen)) co_return last_error();
  }
}

}  // namespace understudy::proxy
