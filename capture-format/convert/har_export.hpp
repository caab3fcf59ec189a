// From capture records to a HAR 1.2 document, one entry at a time.
#pragma once

#include "capture-format/record.hpp"

#include <string>

namespace understudy::capture {

/// The text before the first entry, and after the last one.
std::string har_prologue();
std::string har_epilogue();

/// One entry as JSON, without a comma. What HAR has no field for stands in fields with an underscore.
std::string har_entry(const ExchangeView& exchange);

}  // namespace understudy::capture
