#include "core/net/origin_pool.hpp"

#include "core/net/connect.hpp"

#include <algorithm>
#include <utility>

namespace understudy::net {

OriginPool::OriginPool(Worker& worker, const OriginPoolOptions& options, std::vector<Endpoint> endpoints)
    : worker_(worker),
      options_(options),
      endpoints_(std::move(endpoints)),
      sweep_(worker.deadlines(), [](void* self) { static_cast<OriginPool*>(self)->sweep(); }, this) {
  idle_.reserve(options_.idle_max);
}

OriginConnectionPtr OriginPool::take_idle(Quiet quiet) noexcept {
  while (!idle_.empty()) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    if (quiet == Quiet::this_turn && connection->stream.was_quiet()) return connection;
    if (!connection->stream.is_stale()) return connection;
  }
  return nullptr;
}

Task<Result<OriginConnectionPtr>> OriginPool::connect() {
  // A copy, because new endpoints may arrive while this waits; turned, so that each address gets its share.
  auto endpoints = endpoints_;
  if (endpoints.size() > 1) {
    const auto first = endpoints.begin() + static_cast<std::ptrdiff_t>(next_endpoint_++ % endpoints.size());
    std::rotate(endpoints.begin(), first, endpoints.end());
  }
  const auto generation = generation_;
  auto stream = co_await net::connect(worker_, endpoints, options_.connect_timeout, options_.tls);
  if (!stream) co_return stream.error();
  auto connection = std::make_unique<OriginConnection>(std::move(*stream), options_.buffer_bytes,
                                                       options_.limits, options_.open_gauge);
  connection->generation = generation;
  co_return connection;
}

void OriginPool::release(OriginConnectionPtr connection, Monotonic::time_point now) {
  if (idle_.size() >= options_.idle_max || connection->generation != generation_) return;
  connection->idle_since = now;
  if (idle_.empty()) sweep_.arm(options_.idle_timeout);
  ++connection->exchanges;
  idle_.push_back(std::move(connection));
}

void OriginPool::set_endpoints(std::vector<Endpoint> endpoints) {
  if (endpoints == endpoints_ || endpoints.empty()) return;
  endpoints_ = std::move(endpoints);
  ++generation_;
  close_idle();
}

void OriginPool::set_tls(std::shared_ptr<TlsClient> tls) {
  options_.tls = std::move(tls);
  ++generation_;
  close_idle();
}

void OriginPool::set_options(const OriginPoolOptions& options) {
  auto gauge = std::move(options_.open_gauge);
  options_ = options;
  options_.open_gauge = std::move(gauge);
}

void OriginPool::close_idle() noexcept {
  idle_.clear();
  sweep_.disarm();
}

void OriginPool::sweep() noexcept {
  const auto now = Monotonic::now();
  const auto first_young =
      std::find_if(idle_.begin(), idle_.end(), [&](const OriginConnectionPtr& connection) {
        return now - connection->idle_since < options_.idle_timeout;
      });
  idle_.erase(idle_.begin(), first_young);
  if (!idle_.empty()) sweep_.arm(options_.idle_timeout - (now - idle_.front()->idle_since));
}

}  // namespace understudy::net
