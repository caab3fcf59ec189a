#include "proxy/worker_units.hpp"

#include <latch>

namespace understudy::proxy {

void post_to_all(const WorkerUnits& units, const std::function<void(DataPlane&)>& work) {
  for (const auto& unit : units) unit->post([plane = &unit->plane(), work] { work(*plane); });
}

void run_on_all(const WorkerUnits& units, const std::function<void(DataPlane&)>& work) {
  const auto done = std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(units.size()));
  for (const auto& unit : units)
    unit->post([plane = &unit->plane(), &work, done] {
      work(*plane);
      done->count_down();
    });
  done->wait();
}

}  // namespace understudy::proxy
