#include "proxy/downstream/loop_probe.hpp"

#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

namespace understudy::proxy {
namespace {

constexpr std::chrono::milliseconds kPause{10};
/// With fewer connections the worker cannot fall behind by what anybody would call overload.
constexpr std::uint64_t kConnectionsMin = 64;
/// Nobody has asked for so long: whatever it was, it is over.
constexpr std::chrono::seconds kQuiet{1};

}  // namespace

LoopProbe::LoopProbe(net::Worker& worker, const OverloadOptions& options, OverloadControl& control,
                     WorkerCounters& counters)
    : options_(options),
      control_(control),
      counters_(counters),
      poller_(net::Poller::of(worker.executor())),
      event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      quiet_(worker.deadlines(), [](void* self) { static_cast<LoopProbe*>(self)->recover(); }, this) {
  if (event_ >= 0 && !poller_.add(*this, event_)) ::close(std::exchange(event_, -1));
}

void LoopProbe::traffic(Monotonic::time_point now) noexcept {
  if (counters_.connections_active.value() < kConnectionsMin) {
    if (control_.shed_share() > 0) recover();
    return;
  }
  if (pending_ || now - sent_ < kPause) return;
  if (event_ < 0) return;
  const std::uint64_t one = 1;
  if (::write(event_, &one, sizeof one) != sizeof one) return;
  sent_ = now;
  pending_ = true;
}

void LoopProbe::on_events(std::uint32_t events) {
  if (pending_ && (events & EPOLLIN) != 0) served();
}

void LoopProbe::served() noexcept {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto taken = ::read(event_, &count, sizeof count);
  pending_ = false;
  const auto now = Monotonic::now();
  counters_.event_loop_wait.record(now - sent_);
  control_.observe(now - sent_, now, options_);
  counters_.overload_shed_permille.set(static_cast<std::uint64_t>(control_.shed_share() * 1000));
  if (control_.shed_share() > 0) quiet_.arm(kQuiet);
}

void LoopProbe::recover() noexcept {
  if (pending_ && counters_.connections_active.value() >= kConnectionsMin) return quiet_.arm(kQuiet);
  control_.clear();
  counters_.overload_shed_permille.set(0);
}

void LoopProbe::close() noexcept {
  quiet_.disarm();
  if (event_ < 0) return;
  poller_.remove(*this);
  ::close(std::exchange(event_, -1));
}

}  // namespace understudy::proxy
