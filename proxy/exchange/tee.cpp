#include "proxy/exchange/tee.hpp"

#include <utility>

namespace understudy::proxy {
namespace {

/// A recycled event that once held a large body would keep that memory for ever.
constexpr std::size_t kRecycledBodyBytesMax = 64 * 1024;

}  // namespace

Tee::Tee(const Options& options) : options_(options), ring_(options.events), free_(options.events) {}

EventPtr Tee::acquire() {
  if (bytes_in_flight() >= options_.budget_bytes) {
    count(Reason::memory_budget);
    return nullptr;
  }
  EventPtr event;
  if (!free_.try_pop(event)) event = std::make_unique<ExchangeEvent>();
  return event;
}

void Tee::push(EventPtr event) {
  const auto bytes = event->size_bytes();
  event->charged_bytes = bytes;
  // Before the push: the consumer may recycle the event at once.
  bytes_pushed_.fetch_add(bytes, std::memory_order_relaxed);
  if (ring_.try_push(std::move(event))) {
    pushed_.fetch_add(1, std::memory_order_relaxed);
  } else {
    bytes_pushed_.fetch_sub(bytes, std::memory_order_relaxed);
    count(Reason::queue_full);
  }
}

void Tee::discard(EventPtr event) { event.reset(); }

void Tee::count(Reason reason) noexcept {
  dropped_[static_cast<std::size_t>(reason)].fetch_add(1, std::memory_order_relaxed);
}

EventPtr Tee::pop() {
  EventPtr event;
  ring_.try_pop(event);
  return event;
}

void Tee::recycle(EventPtr event) {
  bytes_recycled_.fetch_add(event->charged_bytes, std::memory_order_relaxed);
  if (event->request_body.bytes.capacity() + event->response_body.bytes.capacity() > kRecycledBodyBytesMax)
    return;
  event->clear();
  free_.try_push(std::move(event));
}

std::size_t Tee::bytes_in_flight() const noexcept {
  const auto recycled = bytes_recycled_.load(std::memory_order_relaxed);
  const auto pushed = bytes_pushed_.load(std::memory_order_relaxed);
  return pushed > recycled ? pushed - recycled : 0;
}

}  // namespace understudy::proxy
