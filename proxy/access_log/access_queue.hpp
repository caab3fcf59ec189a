// The bounded way from one worker to the access log's thread: try, or drop and count. Neither side ever
// waits.
#pragma once

#include "core/base/spsc_ring.hpp"
#include "proxy/access_log/access_record.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace understudy::proxy {

/// What a worker copies for the log. A reload changes it while the workers run.
struct AccessSelection {
  bool enabled = false;
  bool host = false;
  bool user_agent = false;
  bool referer = false;
  double sample = 1.0;  ///< share of the exchanges without trouble, in [0, 1]
};

using AccessRecordPtr = std::unique_ptr<AccessRecord>;

/// One per worker. The worker's thread calls the producer side, the log's thread the consumer side.
class AccessQueue {
 public:
  static constexpr std::size_t kRecords = 8192;

  explicit AccessQueue(std::size_t records = kRecords);

  /// Any thread, before or while the worker runs.
  void select(const AccessSelection& selection) noexcept;

  /// Producer.
  AccessSelection selection() const noexcept;
  /// Producer: an empty record, recycled when there is one.
  AccessRecordPtr acquire();
  /// Producer: hands the record over; when the ring is full the line is dropped and counted.
  void push(AccessRecordPtr record);
  /// Producer: gives back a record that gets no line.
  void discard(AccessRecordPtr record) noexcept { spare_ = std::move(record); }
  /// Producer: whether an exchange without trouble gets its line.
  bool sampled() noexcept;

  /// Consumer: the oldest record, or null.
  AccessRecordPtr pop();
  /// Consumer: done with the record.
  void recycle(AccessRecordPtr record);

  /// Any thread.
  std::uint64_t dropped() const noexcept { return dropped_.value(); }

 private:
  SpscRing<AccessRecordPtr> ring_;
  SpscRing<AccessRecordPtr> free_;
  AccessRecordPtr spare_;  ///< producer
  std::uint64_t random_;   ///< producer
  SingleWriterCounter dropped_;
  std::atomic<std::uint8_t> texts_{0};
  std::atomic<double> sample_{1.0};
};

}  // namespace understudy::proxy
