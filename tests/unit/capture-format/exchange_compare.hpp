// Exchanges with content that every text format has to carry, and their comparison without what converters
// number anew.
#pragma once

#include "tests/unit/capture-format/sample_exchange.hpp"

#include <string>

namespace understudy::capture::testing {

/// A sample whose fields could have been received: no line ends within values.
SampleExchange receivable_exchange(std::uint64_t number);

/// `describe` without ids, connections and the scrubber's work.
std::string describe_content(const ExchangeView& exchange);

}  // namespace understudy::capture::testing
