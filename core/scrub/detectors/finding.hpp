// What a detector reports: a range of the text it looked at, and what the value is in canonical form.
#pragma once

#include "core/scrub/mapped_text.hpp"

#include <string>

namespace understudy::scrub {

struct EmailFinding {
  Span span;
};

struct CardFinding {
  Span span;           ///< from the first digit to the last, separators included
  std::string digits;  ///< without separators
};

}  // namespace understudy::scrub
