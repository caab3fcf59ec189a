// The second pass: turns recorded exchanges into requests with a due time, or says why not.
#pragma once

#include "core/guard/guard.hpp"
#include "replay/accounting.hpp"
#include "replay/capture_stream.hpp"
#include "replay/handover.hpp"
#include "replay/options.hpp"
#include "replay/planned_exchange.hpp"
#include "replay/session_history.hpp"

#include <atomic>
#include <cstdint>
#include <optional>

namespace understudy::replay {

/// Sans-I/O: exchange in, planned exchange (or a counted reason) out, in the order of the recording.
class Planner {
 public:
  Planner(const Options& options, std::uint64_t first_start_ns);

  std::optional<PlannedExchange> plan(RecordedExchange exchange);

  /// Exchanges seen, and why some of them were not planned.
  const Accounting& counts() const noexcept { return counts_; }
  std::uint64_t planned() const noexcept { return planned_; }
  /// Due time of the last planned exchange.
  std::chrono::nanoseconds last_due() const noexcept { return last_due_; }

 private:
  std::string_view unsendable(const RecordedExchange& exchange) const;
  bool sampled(std::uint64_t session) const noexcept;
  void prepare(RecordedExchange& exchange) const;

  const Options& options_;
  guard::Guard guard_;
  Pacer pacer_;
  SessionHistories histories_;
  Accounting counts_;
  std::uint64_t planned_ = 0;
  std::chrono::nanoseconds last_due_{};
};

/// The planner's thread: reads the stream to its end, keeping within the memory budget, until `queue` is
/// abandoned.
void feed(CaptureStream& stream, Planner& planner, MemoryBudget& budget, Handover<PlannedExchange>& queue);

}  // namespace understudy::replay
