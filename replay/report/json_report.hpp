// report.json: the contract with pipelines; its schema is docs/report.schema.json.
#pragma once

#include "replay/report/result.hpp"

#include <string>

namespace understudy::replay {

/// One JSON object, UTF-8, ending in a newline. At most `differences_max` differences and as many noise
/// entries are listed; the counts are complete.
std::string json_report(const RunResult& result, std::size_t differences_max = 5'000);

}  // namespace understudy::replay
