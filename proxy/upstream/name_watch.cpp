#include "proxy/upstream/name_watch.hpp"

#include "core/telemetry/log.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <boost/asio/ip/basic_resolver.hpp>

namespace understudy::proxy {

struct NameWatch::State {
  State(net::Worker& worker, const net::OriginUrl& the_origin, bool is_resolved,
        std::chrono::nanoseconds the_interval, Found the_found)
      : origin(the_origin),
        resolved(is_resolved),
        interval(the_interval),
        found(std::move(the_found)),
        resolver(worker.executor()),
        timer(worker.executor()) {}

  void take(const boost::system::error_code& error, std::vector<net::tcp::endpoint> endpoints);

  net::OriginUrl origin;
  bool resolved;
  std::chrono::nanoseconds interval;
  Found found;
  net::asio::ip::basic_resolver<net::tcp, net::Executor> resolver;
  net::Timer timer;
  bool stopped = false;
};

NameWatch::NameWatch(net::Worker& worker, const net::OriginUrl& origin, bool resolved,
                     std::chrono::nanoseconds interval, Found found)
    : state_(std::make_shared<State>(worker, origin, resolved, interval, std::move(found))) {
  boost::system::error_code not_an_address;
  net::asio::ip::make_address(origin.host, not_an_address);
  if (not_an_address && !origin.is_unix()) worker.tasks().spawn(watch(state_));
}

NameWatch::~NameWatch() {
  state_->stopped = true;
  state_->timer.cancel();
  state_->resolver.cancel();
}

net::Task<> NameWatch::watch(std::shared_ptr<State> state) {
  const auto port = std::to_string(state->origin.port);
  while (!state->stopped) {
    const std::chrono::nanoseconds unresolved = kUnresolvedInterval;
    state->timer.expires_after(state->resolved ? state->interval : std::min(unresolved, state->interval));
    co_await state->timer.async_wait(net::use_task);
    if (state->stopped) co_return;
    // The look-up itself runs on a thread of Asio's own and comes back here.
    auto [error, results] = co_await state->resolver.async_resolve(state->origin.host, port, net::use_task);
    if (state->stopped) co_return;
    std::vector<net::tcp::endpoint> endpoints;
    for (const auto& result : results)
      if (std::find(endpoints.begin(), endpoints.end(), result.endpoint()) == endpoints.end())
        endpoints.push_back(result.endpoint());
    state->take(error, std::move(endpoints));
  }
}

void NameWatch::State::take(const boost::system::error_code& error,
                            std::vector<net::tcp::endpoint> endpoints) {
  if (!error && !endpoints.empty()) {
    resolved = true;
    return found(std::move(endpoints));
  }
  const auto host = origin.authority();
  const auto cause = error ? error.message() : std::string("no address");
  telemetry::log(telemetry::Level::warning, "primary_not_resolved",
                 {{"host", std::string_view(host)}, {"cause", std::string_view(cause)}});
}

}  // namespace understudy::proxy
