// junit.xml: what pipelines show as tests.
#pragma once

#include "replay/report/result.hpp"

#include <string>

namespace understudy::replay {

/// One test case per check of the run, and two per endpoint: responses, latency. What failed stands in the
/// body of <failure>, because some viewers drop its attributes. At most 20 lines a case.
std::string junit_report(const RunResult& result);

}  // namespace understudy::replay
