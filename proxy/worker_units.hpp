// All workers of a proxy, as the control thread speaks to them.
#pragma once

#include "proxy/worker_unit.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace understudy::proxy {

using WorkerUnits = std::vector<std::unique_ptr<WorkerUnit>>;

/// Has each worker do `work` on its own thread, in its own time.
void post_to_all(const WorkerUnits& units, const std::function<void(DataPlane&)>& work);

/// The same, and returns when all have done it. Workers never wait for the control thread, so that it may.
void run_on_all(const WorkerUnits& units, const std::function<void(DataPlane&)>& work);

}  // namespace understudy::proxy
