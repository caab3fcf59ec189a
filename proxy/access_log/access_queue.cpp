#include "proxy/access_log/access_queue.hpp"

#include <utility>

namespace understudy::proxy {
namespace {

constexpr std::uint8_t kEnabled = 1;
constexpr std::uint8_t kHost = 2;
constexpr std::uint8_t kUserAgent = 4;
constexpr std::uint8_t kReferer = 8;

/// A record that once held a huge target would keep that memory for ever.
constexpr std::size_t kRecycledBytesMax = 2048;

}  // namespace

AccessQueue::AccessQueue(std::size_t records)
    : ring_(records), free_(records), random_(wall_now().value | 1) {}

void AccessQueue::select(const AccessSelection& selection) noexcept {
  sample_.store(selection.sample, std::memory_order_relaxed);
  const auto flag = [](bool set, std::uint8_t bit) { return set ? bit : std::uint8_t{0}; };
  texts_.store(
      static_cast<std::uint8_t>(flag(selection.enabled, kEnabled) | flag(selection.host, kHost) |
                                flag(selection.user_agent, kUserAgent) | flag(selection.referer, kReferer)),
      std::memory_order_relaxed);
}

AccessSelection AccessQueue::selection() const noexcept {
  const auto texts = texts_.load(std::memory_order_relaxed);
  return {(texts & kEnabled) != 0, (texts & kHost) != 0, (texts & kUserAgent) != 0, (texts & kReferer) != 0,
          sample_.load(std::memory_order_relaxed)};
}

AccessRecordPtr AccessQueue::acquire() {
  AccessRecordPtr record = std::move(spare_);
  if (!record && !free_.try_pop(record)) record = std::make_unique<AccessRecord>();
  record->clear();
  return record;
}

void AccessQueue::push(AccessRecordPtr record) {
  if (ring_.try_push(std::move(record))) return;
  dropped_.add();
  discard(std::move(record));
}

bool AccessQueue::sampled() noexcept {
  const double share = sample_.load(std::memory_order_relaxed);
  if (share >= 1.0) return true;
  // Marsaglia's xorshift64: uniform enough to pick lines.
  random_ ^= random_ << 13;
  random_ ^= random_ >> 7;
  random_ ^= random_ << 17;
  return static_cast<double>(random_ >> 11) * 0x1.0p-53 < share;
}

AccessRecordPtr AccessQueue::pop() {
  AccessRecordPtr record;
  ring_.try_pop(record);
  return record;
}

void AccessQueue::recycle(AccessRecordPtr record) {
  if (record->capacity_bytes() > kRecycledBytesMax) return;
  free_.try_push(std::move(record));
}

}  // namespace understudy::proxy
