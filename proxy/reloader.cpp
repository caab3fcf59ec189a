#include "proxy/reloader.hpp"

#include "core/telemetry/log.hpp"

#include <string_view>
#include <utility>

namespace understudy::proxy {

Reloader::Reloader(net::Worker& control, Steps steps)
    : control_(control), steps_(std::move(steps)), thread_([this] { lane_.run(); }) {}

Reloader::~Reloader() {
  stop();
  lane_.stop();
  thread_.join();
}

void Reloader::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  waiting_.clear();
}

void Reloader::request(Load load, Done done) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    const bool first = waiting_.empty();
    if (first) waiting_.push_back({std::move(load), {}});
    if (done) waiting_.front().done.push_back(std::move(done));
    if (!first) return;
  }
  lane_.post([this] { work(); });
}

void Reloader::work() {
  Request request;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) return;
    request = std::move(waiting_.front());
    waiting_.clear();
  }
  this->load(request);
}

void Reloader::load(const Request& request) {
  auto config = request.load();
  auto prepared = config ? steps_.prepare(*std::move(config)) : Outcome<PreparedConfig>(config.error());
  // std::function wants to copy what it holds.
  const auto shared = std::make_shared<Outcome<PreparedConfig>>(std::move(prepared));
  control_.post([this, shared, done = request.done] {
    finish(*shared ? steps_.apply(**shared) : Outcome<ReloadReport>(shared->error()), done);
  });
}

void Reloader::finish(const Outcome<ReloadReport>& outcome, const std::vector<Done>& done) {
  last_succeeded_ = static_cast<bool>(outcome);
  if (outcome) {
    ++succeeded_;
    last_success_ = std::chrono::system_clock::now();
    telemetry::log(telemetry::Level::info, "config_reloaded",
                   {{"listeners_added", std::uint64_t{outcome->listeners_added}},
                    {"listeners_removed", std::uint64_t{outcome->listeners_removed}},
                    {"shadow_plane", std::string_view(outcome->shadow_plane_replaced ? "replaced" : "kept")},
                    {"needs_restart",
                     std::string_view(outcome->needs_restart.empty() ? "nothing" : outcome->needs_restart)}});
  } else {
    ++failed_;
    telemetry::log(telemetry::Level::error, "reload_failed",
                   {{"cause", std::string_view(outcome.error().message)},
                    {"kept", std::string_view("the configuration so far")}});
  }
  const auto told = outcome ? Outcome<>() : Outcome<>(outcome.error());
  for (const auto& tell : done) tell(told);
}

void Reloader::add_metrics(telemetry::MetricSet& metrics) const {
  metrics
      .gauge("understudy_config_last_reload_success",
             "1 when the last reload (or the start) was applied, 0 when it was refused.")
      .add(last_succeeded_ ? 1 : 0);
  metrics
      .gauge("understudy_config_last_reload_success_timestamp_seconds",
             "When a configuration was last applied, since 1970.")
      .add(std::chrono::duration<double>(last_success_.time_since_epoch()).count());
  metrics.counter("understudy_config_reloads_total", "Reloads, by result.")
      .add({{"result", "success"}}, static_cast<double>(succeeded_))
      .add({{"result", "failure"}}, static_cast<double>(failed_));
}

}  // namespace understudy::proxy
