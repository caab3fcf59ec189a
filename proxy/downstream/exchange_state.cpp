#include "proxy/downstream/exchange_state.hpp"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <utility>

namespace understudy::proxy {
namespace {

void on_deadline(void* state) { static_cast<ExchangeState*>(state)->deadline_passed(); }

void on_whole(void* state) {
  auto& x = *static_cast<ExchangeState*>(state);
  x.whole_timed_out = true;
  x.time_out();
}

void on_hand_over(void* recorder) { static_cast<TeeRecorder*>(recorder)->finish(Fate::ok, Reason::none); }

/// Buffers that one large exchange has grown are not kept for thousands of small ones.
constexpr std::size_t kKeptBytesMax = 16 * 1024;
/// The same while there is no exchange: what a small request needs.
constexpr std::size_t kRestingBytesMax = 2 * 1024;

void forget(std::string& bytes, std::size_t kept_max) {
  bytes.clear();
  if (bytes.capacity() > kept_max) bytes.shrink_to_fit();
}

}  // namespace

ExchangeState::ExchangeState(PlaneContext& the_plane, ClientLeg& the_client)
    : plane(the_plane),
      client(the_client),
      deadline(the_plane.worker.deadlines(), on_deadline, this),
      hand_over(the_plane.worker.deadlines(), on_hand_over, &recorder),
      whole(the_plane.worker.deadlines(), on_whole, this),
      companion(the_plane.worker),
      recorder(the_plane.tee),
      access(the_plane.access_log),
      turn(the_plane.upstream) {}

void ExchangeState::reset() {
  upstream.reset();
  forget(up_out, kKeptBytesMax);
  forget(down_out, kKeptBytesMax);
  up_sent = 0;
  upload = Upload::complete;
  upload_error.clear();
  request_body_bytes = 0;
  body_piece_bytes = TrickleLane::kSmallBytes;
  timed_out = whole_timed_out = client_slow = response_begun = head_received = false;
}

void ExchangeState::rest() noexcept {
  forget(up_out, kRestingBytesMax);
  forget(down_out, kRestingBytesMax);
  client.stream.in().release(ByteBuffer::kFirstBytes);
}

bool ExchangeState::closing() const noexcept {
  const auto requests_max = plane.options.requests_per_connection_max;
  return plane.draining || client.draining || (requests_max != 0 && client.requests >= requests_max);
}

void ExchangeState::progress() noexcept {
  const auto& timeouts = plane.options.timeouts;
  const bool awaits_head = upload != Upload::running && !head_received;
  deadline.arm(awaits_head ? timeouts.response : timeouts.body_idle);
}

void ExchangeState::deadline_passed() noexcept {
  if (sending_down) {
    const int untaken = untaken_now();
    if (untaken < std::exchange(untaken_bytes, untaken)) return progress();
  }
  time_out();
}

int ExchangeState::untaken_now() noexcept {
  int bytes = 0;
  return ::ioctl(client.stream.stream().descriptor(), SIOCOUTQ, &bytes) == 0 ? bytes : 0;
}

void ExchangeState::sent_down(std::size_t bytes) noexcept {
  plane.counters.downstream_bytes_out.add(bytes);
  account.bytes_out += bytes;
}

void ExchangeState::enter_flight() noexcept {
  in_flight = true;
  plane.counters.requests_in_flight.add();
}

void ExchangeState::leave_flight() noexcept {
  if (std::exchange(in_flight, false)) plane.counters.requests_in_flight.subtract();
}

void ExchangeState::time_out() noexcept {
  timed_out = true;
  client_slow = awaiting_client;
  client.stream.cancel();
  if (upstream) upstream->stream.cancel();
}

}  // namespace understudy::proxy
