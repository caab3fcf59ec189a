#include "proxy/shadow/target_resolver.hpp"

#include "core/telemetry/log.hpp"
#include "proxy/shadow/target_check.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

#include <boost/asio/ip/address.hpp>

namespace understudy::proxy {
namespace {

constexpr std::chrono::seconds kRetryUnresolved{1};

std::string to_text(const net::tcp::endpoint& endpoint) {
  std::ostringstream out;
  out << endpoint;
  return std::move(out).str();
}

}  // namespace

TargetResolver::TargetResolver(net::Worker& worker, std::string name, const net::OriginUrl& url,
                               const ForbiddenEndpoints& forbidden, std::chrono::nanoseconds interval,
                               std::function<void()> changed)
    : worker_(worker),
      name_(std::move(name)),
      url_(url),
      forbidden_(forbidden),
      interval_(interval),
      changed_(std::move(changed)),
      resolver_(worker.executor()),
      timer_(worker.executor()) {}

void TargetResolver::start() {
  boost::system::error_code error;
  const auto address = net::asio::ip::make_address(url_.host, error);
  if (!error) {
    accept({{address, url_.port}}, {});
  } else {
    worker_.tasks().spawn(keep_looking());
  }
}

void TargetResolver::stop() {
  stopped_ = true;
  resolver_.cancel();
  timer_.cancel();
}

void TargetResolver::check_again() {
  if (!endpoints_.empty()) accept(endpoints_, {});
}

net::Task<> TargetResolver::keep_looking() {
  const auto port = std::to_string(url_.port);
  while (!stopped_) {
    const auto [error, results] =
        co_await resolver_.async_resolve(url_.host, port, net::tcp::resolver::numeric_service, net::use_task);
    if (stopped_) co_return;
    std::vector<net::tcp::endpoint> found;
    for (const auto& result : results) found.push_back(result.endpoint());
    accept(std::move(found), error ? error.message() : std::string());
    timer_.expires_after(state_ == State::unresolved ? kRetryUnresolved : interval_);
    co_await timer_.async_wait(net::use_task);
  }
}

void TargetResolver::accept(std::vector<net::tcp::endpoint> found, std::string_view error) {
  auto state = found.empty() ? State::unresolved : State::resolved;
  std::string offender;
  for (const auto& endpoint : found) {
    if (!reaches_forbidden(endpoint, forbidden_)) continue;
    state = State::refused;
    offender = to_text(endpoint);
    break;
  }
  // A name that cannot be looked up for a moment keeps its checked addresses.
  if (state == State::unresolved && state_ == State::resolved) return;
  // The order of a round-robin answer is no change.
  if (state == state_ &&
      std::is_permutation(found.begin(), found.end(), endpoints_.begin(), endpoints_.end()))
    return;
  if (state == State::refused) {
    telemetry::log(telemetry::Level::error, "shadow_target_refused",
                   {{"shadow", name_}, {"address", offender}, {"cause", "it is a production address"}});
  } else if (state == State::unresolved && state_ != State::unresolved) {
    telemetry::log(telemetry::Level::warning, "shadow_not_resolved",
                   {{"shadow", name_}, {"host", url_.host}, {"error", error}});
  }
  state_ = state;
  endpoints_ = std::move(found);
  ++generation_;
  changed_();
}

}  // namespace understudy::proxy
