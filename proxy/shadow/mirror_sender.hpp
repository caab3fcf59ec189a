// Sends mirrored requests to one shadow, over pooled connections, each downstream connection's in their
// order.
#pragma once

#include "core/net/client.hpp"
#include "core/net/worker.hpp"
#include "proxy/exchange/counters.hpp"
#include "proxy/exchange/reason.hpp"
#include "proxy/shadow/breaker.hpp"
#include "proxy/shadow/mirror_wire.hpp"
#include "proxy/shadow/ordered_lanes.hpp"
#include "proxy/shadow/scrubbed_request.hpp"
#include "proxy/shadow/shadow_options.hpp"
#include "proxy/shadow/shadow_stats.hpp"
#include "proxy/shadow/target_resolver.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace understudy::proxy {

/// Lives on the shadow plane's thread; `stats` may be called from any. Every request that was submitted or
/// refused ends in exactly one outcome or one reason.
class MirrorSender {
 public:
  /// All but `worker` may be shared with other senders; all must outlive this one.
  MirrorSender(net::Worker& worker, const ShadowTarget& target, const ShadowPlaneOptions& options,
               const ForbiddenEndpoints& forbidden, const std::atomic<bool>& paused);
  ~MirrorSender();

  const std::string& name() const noexcept { return target_.name; }

  /// Looks up where the shadow is and keeps looking if it was given by name.
  void start();
  /// Production has got new addresses: what leads there now is refused from here on.
  void check_again() { resolver_.check_again(); }

  /// What `submit` would say now to a request of no size: whether it is worth scrubbing at all.
  Reason refusal(Monotonic::time_point now) const noexcept;

  /// Takes the request, or says why not. Takes only what guard and scrub have made. The caller counts the
  /// reason, and calls `send_waiting` before it waits for anything.
  Reason submit(const MirrorRequest& request, std::uint64_t exchange_id, std::uint64_t connection_id,
                Monotonic::time_point now);

  /// Sends what may go out now. Once for many submitted requests: the shadow then wakes up once as well.
  void send_waiting();

  /// Whether `requests` more would find a place, or none at all because the breaker is open.
  bool has_room(std::size_t requests, Monotonic::time_point now) const noexcept {
    return idle() || in_flight_.value() + requests <= options_.in_flight_max || breaker_.refuses(now);
  }

  void count(Reason reason) noexcept { not_mirrored_[static_cast<std::size_t>(reason)].add(); }

  /// Requests that wait for the one before them on their downstream connection, or for a free connection.
  std::size_t waiting() const noexcept { return lanes_.waiting(); }

  bool idle() const noexcept { return in_flight_.value() == 0; }

  /// Takes nothing more; requests in flight may still end.
  void refuse_new() noexcept { refusing_new_ = true; }
  /// Gives up what waits and breaks off what is sent; all of it counts as shutdown. `idle` becomes true soon
  /// after.
  void close();

  ShadowTargetStats stats() const;

 private:
  struct Pending;
  struct Slot;

  std::unique_ptr<Pending> make_pending();
  /// Gives the slot the next request that may go out; false when there is none.
  bool load(Slot& slot);
  /// Why a request that has waited must not be sent any more.
  Reason objection(const Pending& pending) const noexcept;
  net::Task<> run(Slot& slot);
  void finish(Slot& slot, const boost::system::error_code& error);
  void settle(std::unique_ptr<Pending> pending);
  void drop(std::unique_ptr<Pending> pending, Reason reason);
  void report(const Pending& pending, ShadowOutcome outcome, unsigned status);
  void connect_anew(Slot& slot);
  void on_resolved();

  net::Worker& worker_;
  const ShadowTarget& target_;
  std::shared_ptr<net::TlsClient> tls_;  ///< of this thread, attached when first needed
  const ShadowPlaneOptions& options_;
  const std::atomic<bool>& paused_;
  MirrorAddress address_;
  TargetResolver resolver_;
  Breaker breaker_;
  OrderedLanes<Pending> lanes_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::vector<Slot*> idle_slots_;
  std::vector<std::unique_ptr<Pending>> spare_;
  bool refusing_new_ = false;
  bool closing_ = false;

  std::array<SingleWriterCounter, kShadowOutcomeNames.size()> outcomes_;
  std::array<SingleWriterCounter, 5> responses_by_class_;
  std::array<SingleWriterCounter, kReasonNames.size()> not_mirrored_;
  SingleWriterCounter in_flight_;
  SingleWriterCounter in_flight_bytes_;
  std::atomic<bool> breaker_open_{false};
};

}  // namespace understudy::proxy
