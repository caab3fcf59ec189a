// One exchange as a line for people.
#pragma once

#include "capture-format/record.hpp"

#include <string>

namespace understudy::capture {

std::string exchange_as_line(const ExchangeView& exchange);

}  // namespace understudy::capture
