// What a person reads when the run is over; the verdict is the last line.
#pragma once

#include "replay/report/result.hpp"

#include <string>

namespace understudy::replay {

/// Plain text, or with colours for a terminal. At most 30 differences are listed.
std::string terminal_summary(const RunResult& result, bool colours);

}  // namespace understudy::replay
