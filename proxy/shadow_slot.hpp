// The shadow plane in force, those that a reload has sent away and that are still ending, and the sum of what
// all of them have counted.
#pragma once

#include "core/base/result.hpp"
#include "proxy/exchange/tee.hpp"
#include "proxy/shadow/shadow_options.hpp"
#include "proxy/shadow/shadow_plane.hpp"
#include "proxy/shadow/shadow_stats.hpp"

#include <atomic>
#include <chrono>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace understudy::proxy {

/// The control thread's, apart from `stats`. The tees outlive the slot.
class ShadowSlot {
 public:
  /// So many planes may be ending at once; one more gets no grace.
  static constexpr std::size_t kEndingMax = 4;

  explicit ShadowSlot(std::vector<Tee*> tees) : tees_(std::move(tees)) {}
  /// Stops all at once.
  ~ShadowSlot();
  ShadowSlot(const ShadowSlot&) = delete;
  ShadowSlot& operator=(const ShadowSlot&) = delete;

  /// A plane that is ready to take over with `replace`. Fails when its capture cannot be opened.
  Outcome<std::unique_ptr<ShadowPlane>> prepare(ShadowPlaneOptions options) const;
  /// `next` takes the tees over; the plane so far ends what it has, in the background, within `grace`. A
  /// pause stays. Null: nobody takes them over; the workers must have closed them, and what is in them is
  /// still taken.
  void replace(std::unique_ptr<ShadowPlane> next, std::chrono::nanoseconds grace);
  /// Ends all; see ShadowPlane::stop. After the workers have ended.
  void stop(std::chrono::nanoseconds grace);

  /// Null: there is none.
  ShadowPlane* current() noexcept { return current_.get(); }
  /// Any thread.
  ShadowStats stats() const;

 private:
  /// A plane on its way out, with the thread that waits for it.
  struct Ending {
    std::shared_ptr<ShadowPlane> plane;
    std::atomic<bool> ended{false};
    std::thread thread;
  };
  void send_away(std::shared_ptr<ShadowPlane> plane, std::chrono::nanoseconds grace);
  /// Takes the counts of those that have ended; `all`: waits for them.
  void bury(bool all);

  const std::vector<Tee*> tees_;
  mutable std::mutex mutex_;  ///< for `stats`, which any thread may call
  std::shared_ptr<ShadowPlane> current_;
  std::list<Ending> ending_;       ///< the oldest first
  ShadowStats past_;               ///< of planes that are gone
  ReasonCounts dropped_before_{};  ///< at the tees, when the last plane let go of them
};

}  // namespace understudy::proxy
