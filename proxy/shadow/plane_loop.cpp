#include "proxy/shadow/plane_loop.hpp"

#include <algorithm>
#include <future>
#include <utility>

#include <boost/asio/post.hpp>

namespace understudy::proxy {
namespace {

/// A batch ends after this many events or this long, so that mirrors and their answers get their turn.
constexpr std::size_t kBatchEvents = 64;
constexpr std::chrono::milliseconds kBatchTime{5};
/// While the plane keeps up, answers and exchanges gather this long: at some thousand requests a second most
/// of what the plane costs would otherwise be waking up for each.
constexpr std::chrono::milliseconds kGather{2};
constexpr std::chrono::milliseconds kLookForEnd{1};
/// Slow shadows may not keep the rest from being recorded for longer than this at the end.
constexpr std::chrono::seconds kDrainMax{2};

std::vector<std::unique_ptr<MirrorSender>> make_senders(net::Worker& worker,
                                                        const ShadowPlaneOptions& options,
                                                        const ForbiddenEndpoints& forbidden,
                                                        const std::atomic<bool>& paused) {
  std::vector<std::unique_ptr<MirrorSender>> senders;
  for (const auto& shadow : options.shadows)
    senders.push_back(std::make_unique<MirrorSender>(worker, shadow, options, forbidden, paused));
  return senders;
}

ReasonCounts dropped_in_all(const std::vector<Tee*>& tees) {
  ReasonCounts dropped{};
  for (const auto* tee : tees)
    for (std::size_t i = 0; i < dropped.size(); ++i) dropped[i] += tee->dropped(static_cast<Reason>(i));
  return dropped;
}

}  // namespace

Outcome<std::unique_ptr<PlaneLoop>> PlaneLoop::make(const ShadowPlaneOptions& options,
                                                    const guard::Guard& guard,
                                                    const scrub::Scrubber& scrubber,
                                                    const std::vector<Tee*>& tees) {
  std::unique_ptr<CaptureSink> capture;
  if (options.capture) {
    auto recorder = *options.capture;
    recorder.scrub_policy = scrubber.policy_id();
    recorder.contains_unscrubbed = false;
    auto opened = CaptureSink::open(recorder);
    if (!opened) return opened.error();
    capture = std::move(*opened);
  }
  return std::unique_ptr<PlaneLoop>(new PlaneLoop(options, guard, scrubber, tees, std::move(capture)));
}

PlaneLoop::PlaneLoop(const ShadowPlaneOptions& options, const guard::Guard& guard,
                     const scrub::Scrubber& scrubber, const std::vector<Tee*>& tees,
                     std::unique_ptr<CaptureSink> capture)
    : tees_(tees),
      forbidden_(options.forbidden_endpoints),
      session_keys_(options.scrub.key),
      capture_(std::move(capture)),
      shadows_(make_senders(worker_, options, forbidden_, paused_)),
      flow_({guard, scrubber, session_keys_, shadows_, capture_.get(), redactions_}),
      timer_(worker_.executor()) {}

PlaneLoop::~PlaneLoop() = default;

void PlaneLoop::run() {
  for (const auto& shadow : shadows_) shadow->start();
  poll_after(PollPace::kShortest);
  worker_.run_gathering([this] { return rest(); });
}

std::chrono::nanoseconds PlaneLoop::rest() const {
  const bool behind = more_ || std::any_of(shadows_.begin(), shadows_.end(),
                                           [](const auto& shadow) { return shadow->waiting() > 0; });
  return stopping_ || behind ? std::chrono::nanoseconds(0) : kGather;
}

void PlaneLoop::poll_after(std::chrono::nanoseconds pause) {
  timer_.expires_after(pause);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) poll();
  });
}

void PlaneLoop::poll() {
  if (stopping_) return left_to_drain_ > 0 ? drain() : end_when_idle();
  const auto batch = taking_ ? take_batch() : Batch{};
  more_ = batch.more;
  if (capture_) capture_->tick(lost_at_tees());
  if (batch.more) {
    net::asio::post(worker_.context(), [this] { poll(); });
  } else {
    poll_after(pace_.after(batch.taken));
  }
}

PlaneLoop::Batch PlaneLoop::take_batch() {
  const auto now = Monotonic::now();
  Batch batch;
  for (bool found = true; found && !batch.more;) {
    found = false;
    for (auto* tee : tees_) {
      auto event = tee->pop();
      if (!event) continue;
      found = true;
      ++batch.taken;
      flow_.process(*event, now);
      taken_.add();
      tee->recycle(std::move(event));
    }
    // Large bodies take long: what comes after them is for the next turn.
    batch.more = found && (batch.taken >= kBatchEvents || Monotonic::now() - now > kBatchTime);
  }
  for (const auto& shadow : shadows_) shadow->send_waiting();
  return batch;
}

void PlaneLoop::forbid(std::vector<net::tcp::endpoint> endpoints) {
  worker_.post([this, endpoints = std::move(endpoints)] {
    for (const auto& endpoint : endpoints)
      if (std::find(forbidden_.begin(), forbidden_.end(), endpoint) == forbidden_.end())
        forbidden_.push_back(endpoint);
    for (const auto& shadow : shadows_) shadow->check_again();
  });
}

void PlaneLoop::begin_stop(std::chrono::nanoseconds grace) {
  worker_.post([this, grace] {
    if (stopping_) return;
    stopping_ = true;
    stop_by_ = Monotonic::now() + grace;
    drain_by_ = std::min(stop_by_, Monotonic::now() + kDrainMax);
    // What is in the tees now, not what a producer might still push for ever.
    if (taking_)
      for (const auto* tee : tees_) left_to_drain_ += tee->depth();
    timer_.cancel();
    poll();
  });
}

void PlaneLoop::drain() {
  const auto now = Monotonic::now();
  const bool room = now >= drain_by_ ||
                    std::all_of(shadows_.begin(), shadows_.end(),
                                [now](const auto& shadow) { return shadow->has_room(kBatchEvents, now); });
  if (room) {
    const auto batch = take_batch();
    left_to_drain_ = batch.taken == 0 ? 0 : left_to_drain_ - std::min(left_to_drain_, batch.taken);
  }
  poll_after(room ? std::chrono::milliseconds(0) : kLookForEnd);
}

void PlaneLoop::end_when_idle() {
  for (const auto& shadow : shadows_) shadow->refuse_new();
  const bool idle =
      std::all_of(shadows_.begin(), shadows_.end(), [](const auto& shadow) { return shadow->idle(); });
  if (!closed_ && (idle || Monotonic::now() >= stop_by_)) {
    // Also stops the resolvers.
    for (const auto& shadow : shadows_) shadow->close();
    closed_ = true;
  }
  if (closed_ && worker_.tasks().running() == 0) {
    if (capture_) {
      capture_->tick(lost_at_tees());
      capture_->seal();
    }
    worker_.stop();
    return;
  }
  poll_after(kLookForEnd);
}

void PlaneLoop::begin_taking(const ReasonCounts& dropped_before) {
  {
    const std::lock_guard lock(dropped_mutex_);
    dropped_before_ = dropped_before;
  }
  worker_.post([this] { taking_ = true; });
}

ReasonCounts PlaneLoop::hand_over(bool take_rest) {
  std::promise<ReasonCounts> handed_over;
  auto dropped = handed_over.get_future();
  worker_.post([this, take_rest, &handed_over] {
    while (take_rest && taking_ && take_batch().taken > 0) {
    }
    taking_ = false;
    const auto all = dropped_in_all(tees_);
    {
      const std::lock_guard lock(dropped_mutex_);
      dropped_ = all;
    }
    handed_over.set_value(all);
  });
  return dropped.get();
}

bool PlaneLoop::handed_over() const {
  const std::lock_guard lock(dropped_mutex_);
  return dropped_.has_value();
}

ReasonCounts PlaneLoop::dropped_at_tees() const {
  const std::lock_guard lock(dropped_mutex_);
  auto dropped = dropped_ ? *dropped_ : dropped_in_all(tees_);
  for (std::size_t i = 0; i < dropped.size(); ++i) dropped[i] -= dropped_before_[i];
  return dropped;
}

std::uint64_t PlaneLoop::lost_at_tees() const {
  const auto dropped = dropped_at_tees();
  return dropped[static_cast<std::size_t>(Reason::queue_full)] +
         dropped[static_cast<std::size_t>(Reason::memory_budget)];
}

ShadowStats PlaneLoop::stats() const {
  ShadowStats stats;
  stats.events = taken_.value();
  stats.paused = paused();
  stats.redactions = redactions_.by_detector();
  stats.bodies_failed = redactions_.bodies_failed();
  for (const auto& shadow : shadows_) stats.shadows.push_back(shadow->stats());
  if (capture_) stats.capture = capture_->stats();
  const auto dropped = dropped_at_tees();
  for (std::size_t i = 0; i < dropped.size(); ++i) {
    stats.events += dropped[i];
    for (auto& shadow : stats.shadows) shadow.not_mirrored[i] += dropped[i];
    if (capture_) stats.capture.not_recorded[i] += dropped[i];
  }
  if (handed_over()) return stats;
  for (const auto* tee : tees_) {
    stats.tee_bytes += tee->bytes_in_flight();
    stats.tee_depth += tee->depth();
  }
  return stats;
}

}  // namespace understudy::proxy
