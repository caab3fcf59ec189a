#include "core/net/listener.hpp"

#include "core/net/endpoint.hpp"
#include "core/telemetry/log.hpp"

#include <cerrno>
#include <chrono>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include <boost/asio/ip/v6_only.hpp>
#include <fmt/format.h>

namespace understudy::net {
namespace {

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

constexpr std::chrono::milliseconds kPause{100};
/// After so many connections in one turn others on the worker get theirs.
constexpr int kAcceptsPerTurn = 64;

/// A step of opening a socket: Asio compiled separately reports its error through the argument alone.
struct Opening {
  TcpAcceptor* acceptor;
  boost::system::error_code error;
  std::string_view failed_step;  ///< empty while all went well

  template <class Option>
  void set(std::string_view step, const Option& option) {
    if (failed_step.empty()) check(step, [&] { acceptor->set_option(option, error); });
  }
  template <class Action>
  void check(std::string_view step, Action action) {
    if (!failed_step.empty()) return;
    action();
    if (error) failed_step = step;
  }
};

Opening listen_on(TcpAcceptor& acceptor, const tcp::endpoint& address, const ListenerOptions& options) {
  Opening opening{&acceptor, {}, {}};
  opening.check("socket", [&] { acceptor.open(address.protocol(), opening.error); });
  opening.set("SO_REUSEADDR", TcpAcceptor::reuse_address(true));
  if (options.reuse_port) opening.set("SO_REUSEPORT", ReusePort(true));
  const bool all_addresses = address.address().is_v6() && address.address().is_unspecified();
  if (all_addresses) opening.set("IPV6_V6ONLY", asio::ip::v6_only(false));
  // Accepted sockets inherit it on Linux, which saves a system call for each.
  opening.set("TCP_NODELAY", tcp::no_delay(true));
  opening.check("O_NONBLOCK", [&] { acceptor.native_non_blocking(true, opening.error); });
  opening.check("bind", [&] { acceptor.bind(address, opening.error); });
  opening.check("listen", [&] { acceptor.listen(options.backlog, opening.error); });
  return opening;
}

bool lacks_ipv6(const boost::system::error_code& error) {
  return error == asio::error::address_family_not_supported || error.value() == EADDRNOTAVAIL;
}

void log_pause(const tcp::endpoint& address) {
  const auto text = endpoint_text(address);
  telemetry::log(telemetry::Level::warning, "accept_paused", {{"address", std::string_view(text)}});
}

}  // namespace

struct Listener::State {
  State(Worker& owner) : worker(owner), acceptor(owner.executor()), pause(owner.executor()) {}

  Worker& worker;
  TcpAcceptor acceptor;
  Timer pause;
  Accepted accepted;
  tcp::endpoint address;
  std::uint64_t pauses = 0;
  bool pausing = false;

  enum class Turn { drained, pause, closed };
  Turn accept_waiting();
};

Listener::Listener(std::shared_ptr<State> state) : state_(std::move(state)) {}

Listener::~Listener() { stop(); }

Outcome<std::unique_ptr<Listener>> Listener::open(Worker& worker, const ListenerOptions& options) {
  auto state = std::make_shared<State>(worker);
  auto address = options.address;
  auto opening = listen_on(state->acceptor, address, options);
  boost::system::error_code ignored;
  if (lacks_ipv6(opening.error) && address.address() == asio::ip::address_v6::any()) {
    state->acceptor.close(ignored);
    address = tcp::endpoint(tcp::v4(), address.port());
    opening = listen_on(state->acceptor, address, options);
  }
  if (opening.error)
    return Failure{fmt::format("cannot listen on {}: {}: {}", endpoint_text(address), opening.failed_step,
                               opening.error.message())};
  state->address = state->acceptor.local_endpoint(ignored);
  return std::unique_ptr<Listener>(new Listener(std::move(state)));
}

tcp::endpoint Listener::address() const noexcept { return state_->address; }

std::uint64_t Listener::pauses() const noexcept { return state_->pauses; }

void Listener::start(Accepted accepted) {
  state_->accepted = std::move(accepted);
  state_->worker.tasks().spawn(accept_loop(state_));
}

void Listener::stop() noexcept {
  boost::system::error_code ignored;
  state_->acceptor.close(ignored);
  state_->pause.cancel();
}

// accept4 instead of async_accept: one readiness event serves a whole burst, and the sockets are born
// non-blocking.
Listener::State::Turn Listener::State::accept_waiting() {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    if (!acceptor.is_open()) return Turn::closed;
    tcp::endpoint peer;
    auto size = static_cast<socklen_t>(peer.capacity());
    const int descriptor =
        ::accept4(acceptor.native_handle(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) {
      peer.resize(size);
      TcpSocket socket(worker.executor());
      boost::system::error_code error;
      socket.assign(peer.protocol(), descriptor, error);
      if (error) {
        ::close(descriptor);
        return Turn::pause;
      }
      pausing = false;
      accepted(std::move(socket), peer);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return Turn::drained;
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
      return Turn::pause;
    }
    // Anything else concerns one connection that died while it waited (accept(2), "Error handling").
  }
  return Turn::drained;
}

Task<> Listener::accept_loop(std::shared_ptr<State> state) {
  while (state->acceptor.is_open()) {
    const auto [failed] = co_await state->acceptor.async_wait(TcpAcceptor::wait_read, use_task);
    if (failed || !state->acceptor.is_open()) break;
    if (state->accept_waiting() != State::Turn::pause) continue;
    ++state->pauses;
    if (!std::exchange(state->pausing, true)) log_pause(state->address);
    state->pause.expires_after(kPause);
    const auto [cancelled] = co_await state->pause.async_wait(use_task);
    if (cancelled) break;
  }
  state->accepted = nullptr;
}

}  // namespace understudy::net
