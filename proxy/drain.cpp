#include "proxy/drain.hpp"

#include "core/telemetry/log.hpp"

#include <algorithm>

namespace understudy::proxy {
namespace {

/// How long connections may take to notice that they are cut off before they are torn down with their worker.
constexpr std::chrono::milliseconds kAbandonGrace{500};

}  // namespace

void Drain::serving() {
  auto expected = Phase::starting;
  phase_.compare_exchange_strong(expected, Phase::serving);
}

void Drain::begin(const Timeouts& timeouts) {
  if (phase_ >= Phase::leaving) return;
  phase_ = Phase::leaving;
  notifier_.stopping("draining");
  const auto patience = timeouts.drain;
  if (timeouts.drain_delay.count() <= 0) return close_listeners(patience);
  telemetry::log(telemetry::Level::info, "leaving",
                 {{"seconds", std::chrono::duration<double>(timeouts.drain_delay).count()}});
  timer_.expires_after(timeouts.drain_delay);
  timer_.async_wait([this, patience](const boost::system::error_code& cancelled) {
    if (!cancelled) close_listeners(patience);
  });
}

void Drain::close_listeners(std::chrono::nanoseconds patience) {
  if (phase_ != Phase::leaving) return;
  phase_ = Phase::draining;
  telemetry::log(telemetry::Level::info, "draining");
  await_workers();
  timer_.expires_after(patience);
  timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (cancelled || phase_ != Phase::draining) return;
    telemetry::log(telemetry::Level::warning, "drain_deadline_passed");
    give_up();
  });
}

void Drain::stop() {
  if (phase_ == Phase::stopping) return;
  exit_code_ = ExitCode::interrupted;
  notifier_.stopping("stopping");
  give_up();
}

void Drain::give_up() {
  phase_ = Phase::stopping;
  post_to_all(units_, [](DataPlane& plane) { plane.abandon(); });
  await_workers();
  timer_.expires_after(kAbandonGrace);
  timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled) control_.stop();
  });
}

void Drain::await_workers() {
  ended_.resize(units_.size(), false);
  for (std::size_t index = 0; index < units_.size(); ++index)
    units_[index]->post([this, index, plane = &units_[index]->plane()] {
      plane->drain([this, index] { control_.post([this, index] { worker_ended(index); }); });
    });
}

void Drain::worker_ended(std::size_t index) {
  ended_[index] = true;
  if (std::all_of(ended_.begin(), ended_.end(), [](bool ended) { return ended; })) control_.stop();
}

}  // namespace understudy::proxy
