// One exchange through the shadow plane: guard, scrub, then to each shadow and to the capture, every way
// counted.
#pragma once

#include "core/guard/guard.hpp"
#include "core/scrub/scrubber.hpp"
#include "proxy/exchange/event.hpp"
#include "proxy/shadow/capture_sink.hpp"
#include "proxy/shadow/mirror_sender.hpp"
#include "proxy/shadow/redaction_counts.hpp"

#include <memory>
#include <span>
#include <vector>

namespace understudy::proxy {

/// What the flow works with; all of it outlives the flow.
struct FlowParts {
  const guard::Guard& guard;
  const scrub::Scrubber& scrubber;
  const scrub::SessionKeys& session_keys;
  std::span<const std::unique_ptr<MirrorSender>> shadows;
  CaptureSink* capture = nullptr;  ///< null: nothing is recorded
  RedactionCounts& redactions;
};

/// Lives on the shadow plane's thread.
class ExchangeFlow {
 public:
  explicit ExchangeFlow(const FlowParts& parts) : parts_(parts), notes_(parts.shadows.size()) {}

  /// Leaves the event with memory to fill again; what it held is overwritten.
  void process(ExchangeEvent& event, Monotonic::time_point now);

 private:
  bool any_shadow_accepts(Monotonic::time_point now) const;
  /// Without scrubbing anything: what each shadow has against the exchange at hand is counted.
  void refuse_all(Monotonic::time_point now);
  void decide_all(Reason reason);
  void mirror(const MirrorRequest& request, const ExchangeFacts& facts, Monotonic::time_point now);
  void record(ExchangeEvent& event, const ExchangeFacts& facts, ScrubbedRequestView request,
              const Provenance& of_request);

  FlowParts parts_;
  std::vector<MirrorNote> notes_;  ///< one per shadow, of the exchange at hand
};

/// Why the data plane's own findings keep an exchange from being mirrored; none if they do not.
Reason reason_of_event(const ExchangeEvent& event) noexcept;

}  // namespace understudy::proxy
