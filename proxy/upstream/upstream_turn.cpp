#include "proxy/upstream/upstream_turn.hpp"

#include <utility>

namespace understudy::proxy {
namespace {

constexpr unsigned kServerErrorFirst = 500;

}  // namespace

void UpstreamTurn::begin(Monotonic::time_point now) {
  end();
  began_ = now;
  enter(group_.choose({}));
}

bool UpstreamTurn::move_on(Monotonic::time_point now, std::chrono::nanoseconds patience) {
  if (host_ == nullptr || now - began_ >= patience) return false;
  tried_.push_back(host_);
  auto* next = group_.choose(tried_);
  if (next == nullptr) return false;
  failed(false);
  group_.leave(*host_);
  enter(next);
  return true;
}

void UpstreamTurn::end() noexcept {
  tried_.clear();
  if (host_ != nullptr) group_.leave(*std::exchange(host_, nullptr));
}

void UpstreamTurn::enter(UpstreamHost* host) noexcept {
  host_ = host;
  if (host != nullptr) group_.enter(*host);
}

net::OriginConnectionPtr UpstreamTurn::take_idle(net::Quiet quiet) noexcept {
  return host_ != nullptr ? host_->pool.take_idle(quiet) : nullptr;
}

net::Task<Result<net::OriginConnectionPtr>> UpstreamTurn::connect() {
  if (host_ == nullptr) co_return make_error_code(net::asio::error::host_not_found);
  co_return co_await host_->pool.connect();
}

void UpstreamTurn::release(net::OriginConnectionPtr connection, Monotonic::time_point now) {
  if (host_ != nullptr && !host_->removed) host_->pool.release(std::move(connection), now);
}

void UpstreamTurn::answered(unsigned status) {
  if (host_ == nullptr) return;
  const auto class_index = status >= 100 && status < 600 ? status / 100 - 1 : 4;
  host_->counters.responses[class_index].add();
  if (status >= kServerErrorFirst)
    host_->record->failed();
  else
    host_->record->succeeded();
}

void UpstreamTurn::failed(bool head_sent_down) {
  if (host_ == nullptr) return;
  if (!head_sent_down) host_->counters.errors.add();
  host_->record->failed();
}

std::string_view UpstreamTurn::host_name() const noexcept {
  return host_ != nullptr ? std::string_view(host_->record->name()) : std::string_view();
}

}  // namespace understudy::proxy
