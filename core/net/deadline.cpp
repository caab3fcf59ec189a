#include "core/net/deadline.hpp"

namespace understudy::net {
namespace {

void push(Deadline*& head, Deadline& deadline, Deadline*& next, Deadline**& link) noexcept {
  next = head;
  link = &head;
  head = &deadline;
}

}  // namespace

void Deadline::arm(std::chrono::nanoseconds delay) noexcept {
  disarm();
  expired_ = false;
  constexpr std::chrono::nanoseconds tick = DeadlineWheel::kTick;
  const auto ticks = delay.count() <= 0 ? 0 : (delay.count() - 1) / tick.count() + 1;
  // The current tick is partly over: without one more, the deadline could pass early.
  wheel_.link(*this,
              wheel_.now_tick_ + static_cast<std::uint64_t>(ticks) + (wheel_.ticking_ || ticks == 0 ? 1 : 0));
}

void Deadline::disarm() noexcept {
  if (link_ != nullptr) wheel_.unlink(*this);
}

DeadlineWheel::DeadlineWheel(Executor executor) : timer_(executor), slots_(kSlots, nullptr) {}

DeadlineWheel::~DeadlineWheel() = default;

void DeadlineWheel::start() {
  running_ = true;
  schedule();
}

void DeadlineWheel::stop() {
  running_ = false;
  timer_.cancel();
}

void DeadlineWheel::link(Deadline& deadline, std::uint64_t due_tick) noexcept {
  deadline.due_tick_ = due_tick;
  push(slots_[due_tick % kSlots], deadline, deadline.next_, deadline.link_);
  if (deadline.next_ != nullptr) deadline.next_->link_ = &deadline.next_;
  ++armed_;
  schedule();
}

void DeadlineWheel::unlink(Deadline& deadline) noexcept {
  *deadline.link_ = deadline.next_;
  if (deadline.next_ != nullptr) deadline.next_->link_ = deadline.link_;
  deadline.link_ = nullptr;
  deadline.next_ = nullptr;
  --armed_;
}

void DeadlineWheel::schedule() {
  if (!running_ || ticking_ || armed_ == 0) return;
  ticking_ = true;
  timer_.expires_after(kTick);
  auto on_tick = [this](const boost::system::error_code& ec) {
    ticking_ = false;
    if (!ec && running_) tick();
    schedule();
  };
  timer_.async_wait(on_tick);
}

// Ticks are counted, not read off the clock: after a stall of the event loop deadlines pass late, never
// early.
void DeadlineWheel::tick() {
  ++now_tick_;
  Deadline* due = nullptr;
  for (Deadline* at = slots_[now_tick_ % kSlots]; at != nullptr;) {
    Deadline* const next = at->next_;
    if (at->due_tick_ <= now_tick_) {
      *at->link_ = next;
      if (next != nullptr) next->link_ = at->link_;
      push(due, *at, at->next_, at->link_);
      if (at->next_ != nullptr) at->next_->link_ = &at->next_;
    }
    at = next;
  }
  // A call may destroy deadlines that are still in this list; they unlink themselves from it.
  while (due != nullptr) {
    Deadline& deadline = *due;
    unlink(deadline);
    deadline.expired_ = true;
    deadline.expire_(deadline.owner_);
  }
}

}  // namespace understudy::net
