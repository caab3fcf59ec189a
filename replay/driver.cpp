#include "replay/driver.hpp"

#include "core/telemetry/log.hpp"

#include <string_view>
#include <utility>

namespace understudy::replay {
namespace {

constexpr std::chrono::milliseconds kPollInterval{1};
constexpr std::chrono::seconds kStopGrace{2};

void log_unreachable(const boost::system::error_code& cause) {
  const auto message = cause.message();
  telemetry::log(telemetry::Level::warning, "target_unreachable", {{"cause", std::string_view(message)}});
}

}  // namespace

struct Driver::Lane {
  Lane(net::Worker& worker, const net::ClientOptions& options)
      : connection(worker, options), wake(worker.executor()), pause(worker.executor()) {}
  net::ClientConnection connection;
  net::Timer wake;   ///< until there is work
  net::Timer pause;  ///< until the judge has room
  http::Response response;
};

Driver::Driver(net::Worker& worker, const DriverOptions& options, Handover<PlannedExchange>& plan,
               Handover<AnsweredExchange>& answers, MemoryBudgets& budgets)
    : worker_(worker),
      options_(options),
      plan_(plan),
      answers_(answers),
      budgets_(budgets),
      clock_(worker.executor()),
      grace_(worker.executor()) {}

Driver::~Driver() = default;

void Driver::start() {
  started_ = ended_ = Monotonic::now();
  lanes_running_ = options_.lanes;
  for (std::size_t i = 0; i < options_.lanes; ++i)
    lanes_.push_back(std::make_unique<Lane>(worker_, options_.client));
  for (std::size_t i = 0; i < options_.lanes; ++i) worker_.tasks().spawn(run_lane(i));
  worker_.tasks().spawn(dispatch());
}

net::Task<> Driver::dispatch() {
  PlannedExchange exchange;
  while (true) {
    const bool more = co_await take(exchange);
    if (!more) break;
    counts_.taken.fetch_add(1, std::memory_order_relaxed);
    if (options_.paced) co_await wait_until_due(exchange.due);
    co_await wait_for_room();
    if (stopping())
      abandon(exchange);
    else
      enqueue(std::move(exchange));
  }
  dispatched_all_ = true;
  // Every lane finds out for itself that nothing is left.
  while (!idle_lanes_.empty()) wake_lane();
}

/// False when the plan has ended. An early end empties the plan, so that all of it is accounted for.
net::Task<bool> Driver::take(PlannedExchange& exchange) {
  while (true) {
    const bool ended = plan_.finished();
    if (plan_.try_pop(exchange)) co_return true;
    if (ended) co_return false;
    clock_.expires_after(kPollInterval);
    co_await clock_.async_wait(net::use_task);
  }
}

net::Task<> Driver::wait_until_due(std::chrono::nanoseconds due) {
  const auto at = started_ + std::chrono::duration_cast<Monotonic::duration>(due);
  while (!stopping() && Monotonic::now() < at) {
    clock_.expires_at(at);
    co_await clock_.async_wait(net::use_task);
  }
  // A full waiting room is the target's doing, not the generator's.
  if (!stopping() && waiting_ < options_.waiting_max) counts_.dispatch_lag.record(Monotonic::now() - at);
}

net::Task<> Driver::wait_for_room() {
  if (waiting_ >= options_.waiting_max && !stopping()) ++counts_.not_scheduled_in_time;
  while (waiting_ >= options_.waiting_max && !stopping()) {
    clock_.expires_after(kPollInterval);
    co_await clock_.async_wait(net::use_task);
  }
}

void Driver::enqueue(PlannedExchange&& exchange) {
  const auto id = exchange.session;
  auto& session = sessions_[id];
  const bool idle = !session.busy && session.waiting.empty();
  session.waiting.push_back(std::move(exchange));
  ++waiting_;
  if (!idle) return;
  ready_.push_back(id);
  wake_lane();
}

void Driver::wake_lane() {
  if (idle_lanes_.empty()) return;
  // The lane that was busy last has the warmest connection.
  const auto index = idle_lanes_.back();
  idle_lanes_.pop_back();
  lanes_[index]->wake.cancel();
}

/// The next exchange of the session that has been ready longest; gives that session.
std::uint64_t Driver::take_ready(PlannedExchange& exchange) {
  const auto id = ready_.front();
  ready_.pop_front();
  auto& session = sessions_[id];
  exchange = std::move(session.waiting.front());
  session.waiting.pop_front();
  session.busy = true;
  --waiting_;
  return id;
}

void Driver::release(std::uint64_t id) {
  const auto found = sessions_.find(id);
  found->second.busy = false;
  if (found->second.waiting.empty()) {
    sessions_.erase(found);
    return;
  }
  ready_.push_back(id);
  wake_lane();
}

net::Task<> Driver::run_lane(std::size_t index) {
  auto& lane = *lanes_[index];
  PlannedExchange exchange;
  while (true) {
    if (ready_.empty()) {
      if (dispatched_all_ && waiting_ == 0) break;
      idle_lanes_.push_back(index);
      lane.wake.expires_at(net::Timer::time_point::max());
      co_await lane.wake.async_wait(net::use_task);
      continue;
    }
    const auto session = take_ready(exchange);
    const auto late = Monotonic::now() - started_ - exchange.due;
    if (stopping()) {
      abandon(exchange);
    } else if (options_.paced && late > options_.late_max) {
      ++counts_.shed;
      budgets_.planned.give_back(exchange.memory_bytes);
    } else {
      co_await send(lane, exchange);
    }
    release(session);
    exchange = {};
  }
  // The last waiting exchange is taken: whoever still sleeps has nothing to wait for.
  while (!idle_lanes_.empty()) wake_lane();
  if (--lanes_running_ == 0) finish();
}

net::Task<> Driver::send(Lane& lane, PlannedExchange& exchange) {
  net::ClientTimes times;
  times.sent = Monotonic::now();
  const auto& request = *exchange.request;
  const auto intended = options_.paced ? started_ + exchange.due : times.sent;
  if (options_.paced) counts_.lateness.record(times.sent - intended);
  const auto result = co_await lane.connection.send(request.wire(), request.method(), request.idempotent(),
                                                    lane.response, &times);
  if (!result && stopping() && result.error() == net::ClientErrc::closed) {
    abandon(exchange);
    co_return;
  }
  AnsweredExchange answered;
  answered.response_cut = !result && result.error() == net::ClientErrc::body_too_large;
  if (!result && !answered.response_cut) answered.error = result.error();
  const auto done = result ? times.done : Monotonic::now();
  answered.expected = std::move(exchange.expected);
  answered.response = std::move(lane.response);
  answered.answered_wall_ns = wall_now().value;
  answered.from_intended = done - intended;
  answered.service = done - times.sent;
  answered.first_byte = result ? times.first_byte - times.sent : answered.service;
  answered.memory_bytes = exchange.memory_bytes;
  const bool failed = static_cast<bool>(answered.error);
  (failed ? counts_.failed : counts_.answered).fetch_add(1, std::memory_order_relaxed);
  co_await hand_to_judge(lane, answered);
  if (failed && counts_.answered == 0 && counts_.failed >= options_.hopeless_after) {
    const auto cause = lane.connection.connect_error();
    if (cause) log_unreachable(cause);
    end_early(EndedEarly::target_unreachable);
  }
}

/// The lanes share a thread, so together they are the ring's one producer.
net::Task<> Driver::hand_to_judge(Lane& lane, AnsweredExchange& answered) {
  while (!budgets_.answers.try_take(answered.response.body.size())) {
    lane.pause.expires_after(kPollInterval);
    co_await lane.pause.async_wait(net::use_task);
  }
  while (!answers_.try_push(std::move(answered))) {
    lane.pause.expires_after(kPollInterval);
    co_await lane.pause.async_wait(net::use_task);
  }
}

void Driver::abandon(const PlannedExchange& exchange) {
  ++counts_.abandoned;
  budgets_.planned.give_back(exchange.memory_bytes);
}

void Driver::end_early(EndedEarly why) {
  if (stopping()) return;
  counts_.ended_early = why;
  plan_.abandon();
  clock_.cancel();
  while (!idle_lanes_.empty()) wake_lane();
  grace_.expires_after(kStopGrace);
  auto close_all = [this](const boost::system::error_code& ec) {
    if (ec) return;
    for (const auto& lane : lanes_) lane->connection.close();
  };
  grace_.async_wait(close_all);
}

void Driver::finish() {
  ended_ = Monotonic::now();
  grace_.cancel();
  answers_.finish();
  worker_.stop();
}

}  // namespace understudy::replay
