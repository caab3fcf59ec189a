// One exchange as a line: for people, and as JSON with a stable schema (FORMAT.md, "NDJSON").
#pragma once

#include "capture-format/record.hpp"

#include <string>

namespace understudy::capture {

std::string exchange_as_line(const ExchangeView& exchange);
std::string exchange_as_json(const ExchangeView& exchange);

}  // namespace understudy::capture
