#include "core/net/listening_socket.hpp"

#include "core/net/endpoint.hpp"

#include <cerrno>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

namespace understudy::net {
namespace {

/// Bytes of a connection that the kernel holds and has not sent yet; more wait in us, where they hold the
/// sender back. Without it a client that reads next to nothing makes the kernel keep megabytes, and cut into
/// packets of its tiny window (256 bytes, a kilobyte of bookkeeping each): 2.4 ms of CPU and 4 MB for each of
/// them.
constexpr int kUnsentBytesMax = 64 * 1024;

/// Setting a socket up step by step; the first failure ends it and is kept.
class Opening {
 public:
  explicit Opening(const tcp::endpoint& address)
      : descriptor_(::socket(address.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    if (descriptor_ < 0) fail("socket");
  }
  ~Opening() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Opening(const Opening&) = delete;
  Opening& operator=(const Opening&) = delete;

  void set(const char* step, int level, int option, int value) {
    if (error_ == 0 && ::setsockopt(descriptor_, level, option, &value, sizeof value) != 0) fail(step);
  }
  void bind(const tcp::endpoint& address) {
    if (error_ == 0 && ::bind(descriptor_, address.data(), static_cast<socklen_t>(address.size())) != 0)
      fail("bind");
  }
  void listen(int backlog) {
    if (error_ == 0 && ::listen(descriptor_, backlog) != 0) fail("listen");
  }

  int error() const noexcept { return error_; }
  const char* failed_step() const noexcept { return failed_step_; }
  int descriptor() const noexcept { return descriptor_; }
  int release() noexcept { return std::exchange(descriptor_, -1); }

 private:
  void fail(const char* step) {
    error_ = errno;
    failed_step_ = step;
  }

  int descriptor_;
  int error_ = 0;
  const char* failed_step_ = "";
};

std::optional<tcp::endpoint> local_address(int descriptor) {
  tcp::endpoint address;
  auto size = static_cast<socklen_t>(address.capacity());
  if (::getsockname(descriptor, address.data(), &size) != 0) return std::nullopt;
  const int family = address.data()->sa_family;
  if (family != AF_INET && family != AF_INET6) return std::nullopt;
  address.resize(size);
  return address;
}

int int_option(int descriptor, int option) {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(descriptor, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

enum class Purpose { listen, probe };

void set_up(Opening& opening, const tcp::endpoint& address, const ListenerOptions& options, Purpose purpose) {
  opening.set("SO_REUSEADDR", SOL_SOCKET, SO_REUSEADDR, 1);
  if (options.reuse_port) opening.set("SO_REUSEPORT", SOL_SOCKET, SO_REUSEPORT, 1);
  const bool all_addresses = address.address().is_v6() && address.address().is_unspecified();
  if (all_addresses) opening.set("IPV6_V6ONLY", IPPROTO_IPV6, IPV6_V6ONLY, 0);
  // Accepted sockets inherit both on Linux, which saves system calls for each.
  opening.set("TCP_NODELAY", IPPROTO_TCP, TCP_NODELAY, 1);
  opening.set("TCP_NOTSENT_LOWAT", IPPROTO_TCP, TCP_NOTSENT_LOWAT, kUnsentBytesMax);
  opening.bind(address);
  if (purpose == Purpose::listen) opening.listen(options.backlog);
}

bool lacks_ipv6(int error) { return error == EAFNOSUPPORT || error == EADDRNOTAVAIL; }

Failure refusal(const Opening& opening, const tcp::endpoint& address) {
  return Failure{
      fmt::format("cannot listen on {}: {}: {}", endpoint_text(address), opening.failed_step(),
                  boost::system::error_code(opening.error(), boost::system::system_category()).message())};
}

/// The open socket's descriptor, or why not. [::] falls back to 0.0.0.0.
Outcome<int> open_descriptor(const ListenerOptions& options, Purpose purpose) {
  Opening opening(options.address);
  set_up(opening, options.address, options, purpose);
  if (opening.error() == 0) return opening.release();
  const bool any_v6 = options.address.address() == asio::ip::address_v6::any();
  if (!any_v6 || !lacks_ipv6(opening.error())) return refusal(opening, options.address);
  const tcp::endpoint any_v4(tcp::v4(), options.address.port());
  Opening without_v6(any_v4);
  set_up(without_v6, any_v4, options, purpose);
  if (without_v6.error() != 0) return refusal(without_v6, any_v4);
  return without_v6.release();
}

}  // namespace

Outcome<ListeningSocket> ListeningSocket::open(const ListenerOptions& options) {
  const auto descriptor = open_descriptor(options, Purpose::listen);
  if (!descriptor) return descriptor.error();
  return ListeningSocket(*descriptor, local_address(*descriptor).value_or(options.address), false);
}

Outcome<tcp::endpoint> ListeningSocket::claim(const tcp::endpoint& address) {
  ListenerOptions options;
  options.address = address;
  const auto descriptor = open_descriptor(options, Purpose::probe);
  if (!descriptor) return descriptor.error();
  // Bound and not listening: no client can have met this socket.
  const ListeningSocket probe(*descriptor, local_address(*descriptor).value_or(address), false);
  return probe.address();
}

Outcome<ListeningSocket> ListeningSocket::adopt(int descriptor) {
  const auto address = local_address(descriptor);
  if (!address || int_option(descriptor, SO_TYPE) != SOCK_STREAM ||
      int_option(descriptor, SO_ACCEPTCONN) != 1)
    return Failure{fmt::format("descriptor {} is not a listening TCP socket", descriptor)};
  const int flags = ::fcntl(descriptor, F_GETFL);
  const int no_delay = 1;
  if (flags < 0 || ::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) != 0 ||
      ::fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0 ||
      ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &no_delay, sizeof no_delay) != 0 ||
      ::setsockopt(descriptor, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kUnsentBytesMax, sizeof kUnsentBytesMax) != 0)
    return Failure{fmt::format("descriptor {} cannot be set up: {}", descriptor,
                               boost::system::error_code(errno, boost::system::system_category()).message())};
  return ListeningSocket(descriptor, *address, true);
}

Outcome<ListeningSocket> ListeningSocket::duplicate() const {
  const int copy = ::fcntl(descriptor_, F_DUPFD_CLOEXEC, 3);
  if (copy < 0)
    return Failure{fmt::format("cannot share the socket of {}: {}", endpoint_text(address_),
                               boost::system::error_code(errno, boost::system::system_category()).message())};
  return ListeningSocket(copy, address_, true);
}

ListeningSocket::ListeningSocket(ListeningSocket&& other) noexcept
    : descriptor_(other.release()), address_(other.address_), shared_(other.shared_) {}

ListeningSocket& ListeningSocket::operator=(ListeningSocket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(address_, other.address_);
  std::swap(shared_, other.shared_);
  return *this;
}

ListeningSocket::~ListeningSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace understudy::net
