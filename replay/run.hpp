// One replay from captures to verdict: the place where reader, planner, driver and judge are put together.
#pragma once

#include "core/base/result.hpp"
#include "replay/options.hpp"
#include "replay/report/result.hpp"
#include "replay/survey.hpp"

#include <memory>

namespace understudy::replay {

/// A result and what it refers to.
struct FinishedRun {
  std::unique_ptr<Survey> survey;
  std::unique_ptr<Judge> judge;
  RunResult result;
};

/// Blocks until the run is over. Three threads: the caller's sends, one plans, one judges. Fails with one
/// clear line when a capture cannot be used (also: unscrubbed without leave); an unreachable target is a
/// result, not a failure.
Outcome<FinishedRun> run_replay(const Options& options);

}  // namespace understudy::replay
