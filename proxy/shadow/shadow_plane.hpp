// The shadow plane: everything optional (guard, scrub, mirror, capture) on one niced thread behind the
// workers' tees.
#pragma once

#include "core/base/result.hpp"
#include "core/guard/guard.hpp"
#include "proxy/exchange/tee.hpp"
#include "proxy/shadow/shadow_options.hpp"
#include "proxy/shadow/shadow_stats.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

namespace understudy::proxy {

/// A plane that is to follow another one waits for that one to hand the tees over.
enum class TakeEvents : std::uint8_t { at_once, when_told };

/// Owns its thread. It polls the tees (1 ms apart under traffic, up to 50 ms when idle), so that the data
/// plane never makes a system call for it. All member functions may be called from any thread.
class ShadowPlane {
 public:
  /// Starts the thread. Fails when the capture directory cannot be used, or a shadow's URL is not http. A
  /// shadow that is unreachable, unresolvable or at a production address is no failure: it is counted, never
  /// waited for. The tees must outlive the plane. Returns when the plane takes events.
  static Outcome<std::unique_ptr<ShadowPlane>> start(ShadowPlaneOptions options, std::vector<Tee*> tees,
                                                     TakeEvents take_events = TakeEvents::at_once);

  /// For one that was started with `when_told`. `dropped_before`: what the tees had dropped until now, which
  /// is no business of this plane.
  void begin_taking(const ReasonCounts& dropped_before);
  /// What becomes of the events that are in the tees when a plane lets go of them: `take` needs producers
  /// that push no more.
  enum class Rest : std::uint8_t { leave, take };
  /// Lets go of the tees, for another plane or for good: returns what they have dropped until now, when this
  /// plane touches them no more. It goes on with what it has taken. Once, before `stop`.
  ReasonCounts hand_over(Rest rest);

  /// As stop(0).
  ~ShadowPlane();

  /// Takes what is in the tees, gives requests in flight `grace` to end (the rest count as shutdown), seals
  /// the capture and joins the thread. Call it after the workers have stopped pushing. Later calls do
  /// nothing.
  void stop(std::chrono::nanoseconds grace);

  /// Production has got further addresses, say by a new answer of the resolver: no shadow may be there from
  /// now on.
  void forbid(std::vector<net::tcp::endpoint> endpoints);

  /// The kill switch for mirroring: what is not sent yet is not sent any more. Recording goes on.
  void set_paused(bool paused) noexcept;
  bool paused() const noexcept;

  /// A snapshot of counters, each exact, all together only when the plane rests.
  ShadowStats stats() const;

  /// What the guard would decide; the one guard that the plane itself uses.
  guard::Decision explain(const http::Request& request) const;

 private:
  ShadowPlane();
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::proxy
