#include "proxy/downstream/loop_probe.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

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
      event_(worker.executor()),
      quiet_(worker.deadlines(), [](void* self) { static_cast<LoopProbe*>(self)->recover(); }, this) {
  const int descriptor = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (descriptor < 0) return;
  boost::system::error_code error;
  event_->assign(descriptor, error);
  if (error) ::close(descriptor);
}

void LoopProbe::traffic(Monotonic::time_point now) noexcept {
  if (counters_.connections_active.value() < kConnectionsMin) {
    if (control_.shed_share() > 0) recover();
    return;
  }
  if (pending_ || now - sent_ < kPause) return;
  if (!event_ || !event_->is_open()) return;
  const std::uint64_t one = 1;
  if (::write(event_->native_handle(), &one, sizeof one) != sizeof one) return;
  sent_ = now;
  pending_ = true;
  auto on_ready = [this](const boost::system::error_code& error) {
    if (!error && event_) served();
  };
  event_->async_wait(Descriptor::wait_read, on_ready);
}

void LoopProbe::served() noexcept {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto taken = ::read(event_->native_handle(), &count, sizeof count);
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
  event_.reset();
}

}  // namespace understudy::proxy
