// Exchanges with content that every text format has to carry, and their comparison without what converters
// number anew.
#pragma once

#include "capture-format/convert/har_entry.hpp"
#include "tests/unit/capture-format/sample_exchange.hpp"

#include <string>
#include <string_view>

namespace understudy::capture::testing {

/// A sample whose fields could have been received: no line ends within values.
SampleExchange receivable_exchange(std::uint64_t number);

/// `describe` without ids, connections and the scrubber's work.
std::string describe_content(const ExchangeView& exchange);

bool has_repair(const HarExchange& exchange, std::string_view repair);

}  // namespace understudy::capture::testing
