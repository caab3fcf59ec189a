#include "core/net/listener.hpp"

#include "core/net/endpoint.hpp"
#include "core/net/poller.hpp"
#include "core/net/socket_errors.hpp"
#include "core/telemetry/log.hpp"
#include "core/telemetry/log_rate.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <linux/filter.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace understudy::net {
namespace {

constexpr std::chrono::milliseconds kPause{100};
/// Descriptors mostly come back soon, so that those who wait are served; after so many pauses they are told.
constexpr int kPatientPauses = 10;
/// After so many connections in one turn others on the worker get theirs.
constexpr int kAcceptsPerTurn = 64;

/// Lets no handshake begin on a listening socket: drops segments with SYN and without ACK (RFC 9293 §3.1:
/// flags are byte 13 of the TCP header, where the filter's view of a segment begins).
bool refuse_handshakes(int descriptor) {
  constexpr std::uint32_t kFlagsOffset = 13;
  constexpr std::uint32_t kSynAndAck = 0x12;
  constexpr std::uint32_t kSyn = 0x02;
  constexpr std::uint32_t kAll = 0xffffffff;
  std::array<sock_filter, 5> program{{BPF_STMT(BPF_LD | BPF_B | BPF_ABS, kFlagsOffset),
                                      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, kSynAndAck),
                                      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kSyn, 0, 1),
                                      BPF_STMT(BPF_RET | BPF_K, 0), BPF_STMT(BPF_RET | BPF_K, kAll)}};
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  return ::setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) == 0;
}

int open_spare() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

bool is_exhaustion(int error) {
  return error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS;
}

void log_pause(const tcp::endpoint& address) {
  static telemetry::LogRate rate;
  const auto suppressed = rate.admits();
  if (!suppressed) return;
  const auto text = endpoint_text(address);
  telemetry::log(telemetry::Level::warning, "accept_paused",
                 {{"address", std::string_view(text)}, {"suppressed_before", *suppressed}});
}

}  // namespace

struct Listener::State {
  State(Worker& owner, const ListeningSocket& socket)
      : worker(owner),
        acceptor(owner.executor()),
        pause(owner.executor()),
        quiet(owner.executor()),
        address(socket.address()),
        shared(socket.shared()) {
    // Made now: the first connection may come when there is no descriptor left for it.
    Poller::of(owner.executor());
  }
  ~State() {
    if (spare >= 0) ::close(spare);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  Worker& worker;
  TcpAcceptor acceptor;
  Timer pause;
  Timer quiet;
  Accepted accepted;
  Exhaustion exhaustion;
  tcp::endpoint address;
  bool shared;
  int spare = open_spare();  ///< given up for a moment to turn connections away
  std::uint64_t pauses = 0;
  std::uint64_t accepts = 0;
  int pauses_in_a_row = 0;
  bool settling = false;
  std::uint64_t accepts_when_last_looked = 0;
  std::chrono::steady_clock::time_point settle_by;

  enum class Turn { drained, pause, closed };
  Turn accept_waiting();
  void accept_all_waiting();
  /// One connection of the queue; -1 with errno.
  int accept_one(tcp::endpoint& peer);
  bool hand_over(int descriptor, const tcp::endpoint& peer);
  void turn_away_waiting();
  void close() noexcept;
};

Listener::Listener(std::shared_ptr<State> state) : state_(std::move(state)) {}

Listener::~Listener() { stop(); }

Outcome<std::unique_ptr<Listener>> Listener::open(Worker& worker, const ListenerOptions& options) {
  auto socket = ListeningSocket::open(options);
  if (!socket) return socket.error();
  return take(worker, *std::move(socket));
}

Outcome<std::unique_ptr<Listener>> Listener::take(Worker& worker, ListeningSocket socket) {
  auto state = std::make_shared<State>(worker, socket);
  boost::system::error_code error;
  const int descriptor = socket.release();
  state->acceptor.assign(socket.address().protocol(), descriptor, error);
  if (error) {
    ::close(descriptor);
    return Failure{fmt::format("cannot listen on {}: {}", endpoint_text(socket.address()), error.message())};
  }
  return std::unique_ptr<Listener>(new Listener(std::move(state)));
}

tcp::endpoint Listener::address() const noexcept { return state_->address; }

bool Listener::is_open() const noexcept { return state_->acceptor.is_open(); }

std::uint64_t Listener::pauses() const noexcept { return state_->pauses; }

void Listener::start(Accepted accepted, Exhaustion exhaustion) {
  state_->accepted = std::move(accepted);
  state_->exhaustion = std::move(exhaustion);
  state_->worker.tasks().spawn(accept_loop(state_));
}

void Listener::stop() noexcept { state_->close(); }

void Listener::settle() {
  auto& state = *state_;
  if (state.settling || !state.acceptor.is_open()) return;
  state.settling = true;
  if (state.shared) return state.close();
  if (!refuse_handshakes(state.acceptor.native_handle())) {
    telemetry::log(telemetry::Level::warning, "listener_filter_refused", {{"errno", std::int64_t{errno}}});
    state.accept_all_waiting();
    return state.close();
  }
  state.settle_by = std::chrono::steady_clock::now() + kSettleMax;
  state.accepts_when_last_looked = state.accepts;
  close_when_quiet(state_);
}

void Listener::close_when_quiet(const std::shared_ptr<State>& state) {
  state->quiet.expires_after(kQuiet);
  state->quiet.async_wait([state](const boost::system::error_code& cancelled) {
    if (cancelled || !state->acceptor.is_open()) return;
    const bool quiet = std::exchange(state->accepts_when_last_looked, state->accepts) == state->accepts;
    if (!quiet && std::chrono::steady_clock::now() < state->settle_by) return close_when_quiet(state);
    state->accept_all_waiting();
    state->close();
  });
}

void Listener::State::close() noexcept {
  boost::system::error_code ignored;
  acceptor.close(ignored);
  pause.cancel();
  quiet.cancel();
}

// accept4 instead of async_accept: one readiness event serves a whole burst, and the sockets are born
// non-blocking.
int Listener::State::accept_one(tcp::endpoint& peer) {
  auto size = static_cast<socklen_t>(peer.capacity());
  const int descriptor =
      ::accept4(acceptor.native_handle(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (descriptor >= 0) peer.resize(size);
  return descriptor;
}

bool Listener::State::hand_over(int descriptor, const tcp::endpoint& peer) {
  Stream stream(worker.executor(), descriptor);
  if (!stream.is_open()) return false;
  ++accepts;
  pauses_in_a_row = 0;
  accepted(std::move(stream), peer);
  return true;
}

Listener::State::Turn Listener::State::accept_waiting() {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    if (!acceptor.is_open()) return Turn::closed;
    tcp::endpoint peer;
    const int descriptor = accept_one(peer);
    if (descriptor >= 0) {
      if (!hand_over(descriptor, peer)) return Turn::pause;
    } else if (would_block(errno)) {
      return Turn::drained;
    } else if (is_exhaustion(errno)) {
      return Turn::pause;
    }
    // Anything else concerns one connection that died while it waited (accept(2), "Error handling").
  }
  return Turn::drained;
}

void Listener::State::accept_all_waiting() {
  for (auto before = accepts + 1; before != accepts && acceptor.is_open();) {
    before = accepts;
    if (accept_waiting() != Turn::drained) return;
  }
}

void Listener::State::turn_away_waiting() {
  for (int i = 0; i < kAcceptsPerTurn && spare >= 0; ++i) {
    ::close(std::exchange(spare, -1));
    tcp::endpoint peer;
    const int descriptor = accept_one(peer);
    if (descriptor >= 0) {
      Stream stream(worker.executor(), descriptor);
      if (stream.is_open() && exhaustion.turned_away) exhaustion.turned_away(std::move(stream));
    }
    spare = open_spare();
    if (descriptor < 0) break;
  }
  if (spare < 0) spare = open_spare();
}

Task<> Listener::accept_loop(std::shared_ptr<State> state) {
  while (state->acceptor.is_open()) {
    const auto [failed] = co_await state->acceptor.async_wait(TcpAcceptor::wait_read, use_task);
    if (failed || !state->acceptor.is_open()) break;
    if (state->accept_waiting() != State::Turn::pause) continue;
    ++state->pauses;
    if (state->exhaustion.paused) state->exhaustion.paused();
    if (++state->pauses_in_a_row == 1) log_pause(state->address);
    if (state->pauses_in_a_row >= kPatientPauses) state->turn_away_waiting();
    state->pause.expires_after(kPause);
    const auto [cancelled] = co_await state->pause.async_wait(use_task);
    if (cancelled) break;
  }
  state->accepted = nullptr;
  state->exhaustion = {};
}

}  // namespace understudy::net
