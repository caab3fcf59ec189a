// A worker that runs on a thread of its own for one test, and ways to do things on it from the test's thread.
#pragma once

#include "core/net/worker.hpp"

#include <exception>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

#include <boost/asio/co_spawn.hpp>

namespace understudy::test {

/// Runs from construction to destruction. Whatever lives on the worker must be made and destroyed by `call`,
/// or be destroyed after `stop`.
class WorkerThread {
 public:
  WorkerThread() : worker_(std::make_unique<net::Worker>()), thread_([this] { worker_->run(); }) {}
  ~WorkerThread() { stop(); }
  WorkerThread(const WorkerThread&) = delete;
  WorkerThread& operator=(const WorkerThread&) = delete;

  net::Worker& worker() noexcept { return *worker_; }

  /// Runs `work()` on the worker's thread, waits for it, and gives its result or exception back.
  template <class Work>
  auto call(Work work) -> std::invoke_result_t<Work&> {
    std::packaged_task<std::invoke_result_t<Work&>()> task(std::move(work));
    auto result = task.get_future();
    auto shared = std::make_shared<decltype(task)>(std::move(task));
    auto run = [shared] { (*shared)(); };
    worker_->post(run);
    return result.get();
  }

  /// Spawns the task that `make()` returns on the worker's thread, and waits for what it returns or throws.
  /// `make` and what it captures live until then, so that a coroutine may refer to them.
  template <class Make>
  auto await(Make make) {
    using Value = typename std::invoke_result_t<Make&>::value_type;
    std::promise<Value> promise;
    auto result = promise.get_future();
    auto start = [this, &make, &promise] {
      auto finish = [&promise](std::exception_ptr error, auto... value) {
        if (error)
          promise.set_exception(error);
        else
          promise.set_value(std::move(value)...);
      };
      net::asio::co_spawn(worker_->executor(), make(), finish);
    };
    worker_->post(start);
    return result.get();
  }

  /// Ends the worker's thread; tasks stay suspended until the destruction of the worker.
  void stop() {
    if (!thread_.joinable()) return;
    worker_->stop();
    thread_.join();
  }

  /// After `stop`: destroys the worker and all suspended tasks.
  void destroy() { worker_.reset(); }

 private:
  std::unique_ptr<net::Worker> worker_;
  std::thread thread_;
};

}  // namespace understudy::test
