#include "proxy/downstream/exchange_state.hpp"

namespace understudy::proxy {
namespace {

void on_deadline(void* state) { static_cast<ExchangeState*>(state)->time_out(); }

void on_hand_over(void* recorder) { static_cast<TeeRecorder*>(recorder)->finish(Fate::ok, Reason::none); }

/// Buffers that one large exchange has grown are not kept for thousands of small ones.
constexpr std::size_t kKeptBytesMax = 16 * 1024;

void forget(std::string& bytes) {
  bytes.clear();
  if (bytes.capacity() > kKeptBytesMax) bytes.shrink_to_fit();
}

}  // namespace

ExchangeState::ExchangeState(PlaneContext& the_plane, ClientLeg& the_client)
    : plane(the_plane),
      client(the_client),
      deadline(the_plane.worker.deadlines(), on_deadline, this),
      hand_over(the_plane.worker.deadlines(), on_hand_over, &recorder),
      companion(the_plane.worker),
      recorder(the_plane.tee),
      turn(the_plane.upstream) {}

void ExchangeState::reset() {
  upstream.reset();
  forget(up_out);
  forget(down_out);
  up_sent = 0;
  upload = Upload::complete;
  upload_error.clear();
  timed_out = client_slow = response_begun = head_received = false;
}

void ExchangeState::progress() noexcept {
  const auto& timeouts = plane.options.timeouts;
  const bool awaits_head = upload != Upload::running && !head_received;
  deadline.arm(awaits_head ? timeouts.response : timeouts.body_idle);
}

void ExchangeState::time_out() noexcept {
  timed_out = true;
  client_slow = awaiting_client;
  client.stream.cancel();
  if (upstream) upstream->stream.cancel();
}

}  // namespace understudy::proxy
