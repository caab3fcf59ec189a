#include "capture-format/pipeline/thread_count.hpp"

#include <algorithm>
#include <sched.h>

namespace understudy::capture {

unsigned tool_threads(unsigned wanted) noexcept {
  if (wanted == 0) {
    cpu_set_t mask;
    // A machine with more CPUs than the mask has room for has more than enough.
    wanted = sched_getaffinity(0, sizeof mask, &mask) == 0 ? static_cast<unsigned>(CPU_COUNT(&mask))
                                                           : kToolThreadsMax;
  }
  return std::clamp(wanted, 1U, kToolThreadsMax);
}

}  // namespace understudy::capture
