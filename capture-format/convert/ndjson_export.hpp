// One exchange as one JSON object on one line, with a stable schema (FORMAT.md, "NDJSON").
#pragma once

#include "capture-format/record.hpp"

#include <string>

namespace understudy::capture {

/// Ends with a line feed.
std::string exchange_as_json(const ExchangeView& exchange);

}  // namespace understudy::capture
