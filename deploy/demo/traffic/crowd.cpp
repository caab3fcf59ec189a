#include "deploy/demo/traffic/crowd.hpp"

#include "core/http/serializer.hpp"

#include <algorithm>
#include <utility>

namespace understudy::demo {
namespace {

/// Few enough that people come back, many enough that no single value matters.
constexpr std::size_t kPersonas = 60;

}  // namespace

Crowd::Crowd(net::Worker& worker, const CrowdOptions& options)
    : worker_(worker),
      options_(options),
      host_(options.client.origin.authority()),
      personas_(make_personas(options.seed, kPersonas)) {
  for (std::uint64_t planned = 0; planned < options_.requests; ++result_.visits) {
    const auto length = visit(result_.visits).requests_left();
    last_visit_requests_ = std::min<std::uint64_t>(length, options_.requests - planned);
    planned += length;
  }
}

Visit Crowd::visit(std::size_t index) const {
  return {options_.seed, index, personas_[index * 7 % personas_.size()]};
}

void Crowd::start(std::function<void()> done) {
  start_ = Monotonic::now();
  for (std::size_t i = 0; i < options_.connections; ++i) worker_.tasks().spawn(walk_in());
  worker_.tasks().when_idle(std::move(done));
}

net::Task<> Crowd::walk_in() {
  http::Response response;
  while (next_visit_ < result_.visits) {
    net::ClientConnection connection(worker_, options_.client);
    auto visiting = visit(next_visit_);
    visiting.list_planted(result_.planted);
    if (++next_visit_ == result_.visits) visiting.cut_short(last_visit_requests_);
    while (const auto request = visiting.next())
      if (co_await send_one(connection, *request, response)) visiting.learn(response, result_.planted);
  }
}

net::Task<bool> Crowd::send_one(net::ClientConnection& connection, const http::Request& request,
                                http::Response& response) {
  const auto slot = static_cast<double>(next_request_++) / options_.rate_per_second;
  net::Timer timer(worker_.executor());
  timer.expires_at(start_ +
                   std::chrono::duration_cast<Monotonic::duration>(std::chrono::duration<double>(slot)));
  co_await timer.async_wait(net::use_task);
  const auto wire = http::to_wire(request, host_);
  const auto idempotent = request.head.method != "POST";
  const auto answered = co_await connection.send(wire, request.head.method, idempotent, response, nullptr);
  ++result_.sent;
  if (answered) {
    ++result_.by_status[response.head.status];
  } else {
    ++result_.failed;
  }
  co_return answered.has_value();
}

}  // namespace understudy::demo
