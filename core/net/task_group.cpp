#include "core/net/task_group.hpp"

#include "core/telemetry/log.hpp"
#include "core/telemetry/log_rate.hpp"

#include <utility>

#include <boost/asio/co_spawn.hpp>

namespace understudy::net {

std::string describe(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& exception) {
    return exception.what();
  } catch (...) {
    return "unknown exception";
  }
}

void TaskGroup::spawn(Task<> task) {
  ++running_;
  auto on_end = [this](const std::exception_ptr& error) { finished(error); };
  asio::co_spawn(executor_, std::move(task), on_end);
}

void TaskGroup::finished(std::exception_ptr error) {
  if (error) {
    ++failed_;
    static telemetry::LogRate rate;
    const auto what = describe(error);
    if (const auto suppressed = rate.admits())
      telemetry::log(telemetry::Level::error, "task_failed",
                     {{"cause", std::string_view(what)}, {"suppressed_before", *suppressed}});
  }
  if (--running_ == 0 && idle_) std::exchange(idle_, nullptr)();
}

void TaskGroup::when_idle(std::function<void()> done) {
  if (running_ == 0)
    done();
  else
    idle_ = std::move(done);
}

}  // namespace understudy::net
