// An imported exchange through the scrubber, exactly as live traffic goes through it.
#pragma once

#include "capture-format/record.hpp"
#include "core/http/message.hpp"
#include "core/scrub/scrubber.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace understudy::capture {

/// Owns what its view points to; not to be moved.
class ScrubbedExchange {
 public:
  /// A body that the scrubber cannot vouch for is left out: its true length stays, its hash does not.
  /// Mirrors, trace ids and extensions, which carry free text, are left out too. `raw` must live as long as
  /// this.
  ScrubbedExchange(const scrub::Scrubber& scrubber, const ExchangeView& raw);
  ScrubbedExchange(const ScrubbedExchange&) = delete;
  ScrubbedExchange& operator=(const ScrubbedExchange&) = delete;

  const ExchangeView& view() const noexcept { return view_; }

 private:
  scrub::Report<http::Request> request_;
  scrub::Report<http::Response> response_;
  ExchangeView view_;
};

}  // namespace understudy::capture
