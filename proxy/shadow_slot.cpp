#include "proxy/shadow_slot.hpp"

#include <utility>

namespace understudy::proxy {

ShadowSlot::~ShadowSlot() { stop(std::chrono::nanoseconds(0)); }

Outcome<std::unique_ptr<ShadowPlane>> ShadowSlot::prepare(ShadowPlaneOptions options) const {
  return ShadowPlane::start(std::move(options), tees_, TakeEvents::when_told);
}

void ShadowSlot::replace(std::unique_ptr<ShadowPlane> next, std::chrono::nanoseconds grace) {
  std::shared_ptr<ShadowPlane> successor = std::move(next);
  if (successor && current_) successor->set_paused(current_->paused());
  using Rest = ShadowPlane::Rest;
  if (current_) dropped_before_ = current_->hand_over(successor ? Rest::leave : Rest::take);
  if (successor) successor->begin_taking(dropped_before_);
  std::shared_ptr<ShadowPlane> last;
  {
    const std::lock_guard lock(mutex_);
    last = std::exchange(current_, std::move(successor));
  }
  if (last) send_away(std::move(last), grace);
}

void ShadowSlot::send_away(std::shared_ptr<ShadowPlane> plane, std::chrono::nanoseconds grace) {
  bury(false);
  const std::lock_guard lock(mutex_);
  if (ending_.size() >= kEndingMax) grace = std::chrono::nanoseconds(0);
  auto& ending = ending_.emplace_back();
  ending.plane = std::move(plane);
  ending.thread = std::thread([&ending, grace] {
    ending.plane->stop(grace);
    ending.ended = true;
  });
}

void ShadowSlot::bury(bool all) {
  std::list<Ending> gone;
  {
    const std::lock_guard lock(mutex_);
    for (auto at = ending_.begin(); at != ending_.end();) {
      const auto next = std::next(at);
      if (at->ended || all) gone.splice(gone.end(), ending_, at);
      at = next;
    }
    // Whoever asks meanwhile sees them once: here, or as they ended.
    for (auto& ending : gone) {
      ending.thread.join();
      accumulate(past_, ending.plane->stats());
    }
  }
}

void ShadowSlot::stop(std::chrono::nanoseconds grace) {
  if (current_) current_->stop(grace);
  bury(true);
}

ShadowStats ShadowSlot::stats() const {
  const std::lock_guard lock(mutex_);
  auto stats = past_;
  // What is paused or being written is so now, not in the past.
  stats.paused = stats.capture.recorder.paused = stats.capture.recorder.disk_full = false;
  for (const auto& ending : ending_) accumulate(stats, ending.plane->stats());
  if (current_) accumulate(stats, current_->stats());
  return stats;
}

}  // namespace understudy::proxy
