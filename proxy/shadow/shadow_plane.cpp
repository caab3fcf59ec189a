#include "proxy/shadow/shadow_plane.hpp"

#include "core/telemetry/log.hpp"
#include "proxy/shadow/plane_loop.hpp"

#include <future>
#include <mutex>
#include <pthread.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace understudy::proxy {
namespace {

/// Threads started from here (the disk's, the resolver's) inherit both.
void become_background_thread(int niceness) {
  ::pthread_setname_np(::pthread_self(), "shadow");
  if (::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), niceness) != 0)
    telemetry::log(telemetry::Level::warning, "shadow_plane_not_niced");
}

Outcome<> check(const ShadowPlaneOptions& options) {
  for (const auto& shadow : options.shadows) {
    if (shadow.url.is_unix() || (shadow.url.is_tls() && !shadow.tls_source))
      return Failure{fmt::format("shadow '{}': the URL must begin with http:// or https://", shadow.name)};
    for (const auto& other : options.shadows)
      if (&other != &shadow && other.name == shadow.name)
        return Failure{fmt::format("shadow '{}': the name is given twice", shadow.name)};
  }
  return {};
}

}  // namespace

class ShadowPlane::Impl {
 public:
  Impl(ShadowPlaneOptions options, std::vector<Tee*> tees, TakeEvents take_events)
      : options_(std::move(options)),
        take_events_(take_events),
        tees_(std::move(tees)),
        guard_(options_.guard),
        scrubber_(options_.scrub) {}

  ~Impl() { stop(std::chrono::nanoseconds(0)); }

  Outcome<> start() {
    std::promise<Outcome<>> started;
    auto result = started.get_future();
    thread_ = std::thread([this, started = std::move(started)]() mutable { run(started); });
    auto outcome = result.get();
    if (!outcome) thread_.join();
    return outcome;
  }

  void stop(std::chrono::nanoseconds grace) {
    const std::lock_guard lock(stop_mutex_);
    if (!thread_.joinable()) return;
    loop_->begin_stop(grace);
    thread_.join();
  }

  PlaneLoop& loop() noexcept { return *loop_; }
  const PlaneLoop& loop() const noexcept { return *loop_; }
  const guard::Guard& guard() const noexcept { return guard_; }

 private:
  void run(std::promise<Outcome<>>& started) {
    become_background_thread(options_.niceness);
    auto made = PlaneLoop::make(options_, guard_, scrubber_, tees_);
    if (!made) return started.set_value(made.error());
    loop_ = std::move(*made);
    if (take_events_ == TakeEvents::at_once) loop_->begin_taking({});
    started.set_value(Outcome<>());
    loop_->run();
  }

  const ShadowPlaneOptions options_;
  const TakeEvents take_events_;
  const std::vector<Tee*> tees_;
  const guard::Guard guard_;
  const scrub::Scrubber scrubber_;
  std::unique_ptr<PlaneLoop> loop_;
  std::mutex stop_mutex_;
  std::thread thread_;
};

Outcome<std::unique_ptr<ShadowPlane>> ShadowPlane::start(ShadowPlaneOptions options, std::vector<Tee*> tees,
                                                         TakeEvents take_events) {
  if (const auto checked = check(options); !checked) return checked.error();
  std::unique_ptr<ShadowPlane> plane(new ShadowPlane());
  plane->impl_ = std::make_unique<Impl>(std::move(options), std::move(tees), take_events);
  if (const auto started = plane->impl_->start(); !started) return started.error();
  return plane;
}

ShadowPlane::ShadowPlane() = default;
ShadowPlane::~ShadowPlane() = default;

void ShadowPlane::stop(std::chrono::nanoseconds grace) { impl_->stop(grace); }
void ShadowPlane::begin_taking(const ReasonCounts& dropped_before) {
  impl_->loop().begin_taking(dropped_before);
}
ReasonCounts ShadowPlane::hand_over(Rest rest) { return impl_->loop().hand_over(rest == Rest::take); }
void ShadowPlane::forbid(std::vector<net::tcp::endpoint> endpoints) {
  impl_->loop().forbid(std::move(endpoints));
}
void ShadowPlane::set_paused(bool paused) noexcept { impl_->loop().set_paused(paused); }
bool ShadowPlane::paused() const noexcept { return impl_->loop().paused(); }
ShadowStats ShadowPlane::stats() const { return impl_->loop().stats(); }
guard::Decision ShadowPlane::explain(const http::Request& request) const {
  return impl_->guard().judge(request);
}

}  // namespace understudy::proxy
