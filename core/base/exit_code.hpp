// The process exit codes that every sub-command shares; pipelines gate on them.
#pragma once

namespace understudy {

enum class ExitCode : int {
  ok = 0,             ///< done, or the verdict is PASS
  failed = 1,         ///< a gate failed, or damage was found
  usage = 2,          ///< usage or configuration error
  inconclusive = 3,   ///< not enough evidence for a verdict
  invalid = 4,        ///< the run itself is not valid (target down, generator too slow)
  interrupted = 130,  ///< INT or TERM ended the run early
};

}  // namespace understudy
