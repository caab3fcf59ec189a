#include "core/net/worker.hpp"

#include "core/telemetry/log.hpp"
#include "core/telemetry/log_rate.hpp"

#include <string_view>
#include <thread>
#include <utility>

#include <boost/asio/post.hpp>

namespace understudy::net {

// UNSAFE_IO drops the mutex of every descriptor, which one thread per context does not need, and keeps the
// lock of the scheduler's queue, so that `post` and `stop` may come from other threads
// (asio/detail/concurrency_hint.hpp).
Worker::Context::Context() : asio::io_context(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO) {}

Worker::Context::~Context() = default;

Worker::Worker(unsigned index)
    : guard_(asio::make_work_guard(context_)),
      deadlines_(context_.get_executor()),
      tasks_(context_.get_executor()),
      index_(index) {
  deadlines_.start();
}

// Frames of suspended tasks hold deadlines and sockets: they must go while the wheel and the context are
// whole.
Worker::~Worker() { context_.shutdown(); }

void Worker::run() {
  run_guarded([this] { context_.run(); });
}

void Worker::run_gathering(const std::function<std::chrono::nanoseconds()>& rest) {
  run_guarded([this, &rest] {
    while (context_.run_one() != 0) {
      context_.poll();
      if (const auto pause = rest(); pause.count() > 0) std::this_thread::sleep_for(pause);
    }
  });
}

void Worker::run_guarded(const std::function<void()>& turn) {
  while (true) {
    try {
      turn();
      return;
    } catch (...) {
      static telemetry::LogRate rate;
      const auto what = describe(std::current_exception());
      if (const auto suppressed = rate.admits())
        telemetry::log(telemetry::Level::error, "posted_work_failed",
                       {{"cause", std::string_view(what)}, {"suppressed_before", *suppressed}});
    }
  }
}

void Worker::run_until_idle() {
  auto end = [this] { context_.stop(); };
  tasks_.when_idle(end);
  run();
}

void Worker::stop() { context_.stop(); }

void Worker::post(std::function<void()> work) { asio::post(context_, std::move(work)); }

}  // namespace understudy::net
