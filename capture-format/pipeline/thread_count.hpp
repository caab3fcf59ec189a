// How many threads a tool may keep busy.
#pragma once

namespace understudy::capture {

inline constexpr unsigned kToolThreadsMax = 16;

/// `wanted`, or for 0 the CPUs that this process may run on (its affinity mask); 1 to kToolThreadsMax.
unsigned tool_threads(unsigned wanted = 0) noexcept;

}  // namespace understudy::capture
