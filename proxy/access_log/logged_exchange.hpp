// A record as it may be written down: what a client said has been through the scrubber.
#pragma once

#include "core/scrub/scrubber.hpp"
#include "proxy/access_log/access_record.hpp"

#include <string_view>

namespace understudy::proxy {

/// Views into `record`, which outlives it.
class LoggedExchange {
 public:
  /// Scrubs target and fields exactly as for a capture.
  LoggedExchange(const AccessRecord& record, const scrub::Scrubber& scrubber);

  const AccessRecord& record() const noexcept { return record_; }
  /// Empty: not there. Long texts of clients are cut, after scrubbing.
  std::string_view text(AccessText which) const noexcept;

 private:
  const AccessRecord& record_;
  scrub::Scrubbed<http::Request> words_;
};

}  // namespace understudy::proxy
