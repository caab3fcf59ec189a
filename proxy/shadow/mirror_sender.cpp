#include "proxy/shadow/mirror_sender.hpp"

#include "core/telemetry/log.hpp"

#include <algorithm>
#include <utility>

namespace understudy::proxy {
namespace {

/// A large request or answer must not stay in memory for ever because its buffer is used again.
constexpr std::size_t kKeptBytesMax = 64 * 1024;
constexpr std::size_t kSpareMax = 64;
/// No server closes a connection that it has used this shortly before.
constexpr std::chrono::seconds kSurelyOpen{1};

/// RFC 9110 §9.2.2.
bool is_idempotent(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "PUT" || method == "DELETE";
}

ShadowOutcome outcome_of(const boost::system::error_code& error) {
  // Cut because it is larger than we care to read: the shadow has answered all the same.
  if (!error || error == net::ClientErrc::body_too_large) return ShadowOutcome::answered;
  if (error == net::ClientErrc::response_timeout) return ShadowOutcome::timeout;
  if (error == net::ClientErrc::connect_failed || error == net::ClientErrc::connect_timeout)
    return ShadowOutcome::connect_failed;
  if (error == net::ClientErrc::bad_response) return ShadowOutcome::bad_response;
  return ShadowOutcome::connection_lost;
}

}  // namespace

struct MirrorSender::Pending {
  std::string wire;
  std::string method;
  std::uint64_t connection_id = 0;
  bool idempotent = false;
  Breaker::Permit permit = Breaker::Permit::normal;
  std::unique_ptr<Pending> next;
};

struct MirrorSender::Slot {
  std::unique_ptr<net::ClientConnection> connection;
  std::uint64_t generation = 0;  ///< of the endpoints that `connection` knows
  std::unique_ptr<Pending> pending;
  http::Response response;
};

MirrorSender::MirrorSender(net::Worker& worker, const ShadowTarget& target, const ShadowPlaneOptions& options,
                           const ForbiddenEndpoints& forbidden, const std::atomic<bool>& paused)
    : worker_(worker),
      target_(target),
      options_(options),
      paused_(paused),
      address_{target.host, target.url.authority()},
      resolver_(worker, target.name, target.url, forbidden, options.resolve_interval,
                [this] { on_resolved(); }),
      breaker_(options.breaker) {}

MirrorSender::~MirrorSender() = default;

void MirrorSender::start() { resolver_.start(); }

Reason MirrorSender::refusal(Monotonic::time_point now) const noexcept {
  if (paused_.load(std::memory_order_relaxed)) return Reason::paused;
  if (refusing_new_) return Reason::shutdown;
  if (resolver_.state() == TargetResolver::State::refused) return Reason::target_refused;
  if (breaker_.refuses(now)) return Reason::breaker_open;
  if (in_flight_.value() >= options_.in_flight_max) return Reason::in_flight_limit;
  return Reason::none;
}

Reason MirrorSender::submit(const MirrorRequest& request, std::uint64_t exchange_id,
                            std::uint64_t connection_id, Monotonic::time_point now) {
  if (const auto reason = refusal(now); reason != Reason::none) return reason;
  const auto& head = request.request().head;
  const auto bytes = head.target.size() + head.fields.size_bytes() + request.request().body.size();
  if (in_flight_bytes_.value() + bytes > options_.in_flight_bytes_max) return Reason::memory_budget;
  auto pending = make_pending();
  append_mirror_request(pending->wire, request, address_, exchange_id);
  pending->method = head.method;
  pending->connection_id = connection_id;
  pending->idempotent = is_idempotent(pending->method);
  pending->permit = breaker_.ask(now);
  in_flight_.add();
  in_flight_bytes_.add(pending->wire.size());
  lanes_.push(connection_id, std::move(pending));
  return Reason::none;
}

std::unique_ptr<MirrorSender::Pending> MirrorSender::make_pending() {
  if (spare_.empty()) return std::make_unique<Pending>();
  auto pending = std::move(spare_.back());
  spare_.pop_back();
  return pending;
}

void MirrorSender::send_waiting() {
  if (resolver_.state() == TargetResolver::State::pending) return;
  while (lanes_.ready()) {
    if (idle_slots_.empty()) {
      if (slots_.size() >= options_.connections_max) return;
      idle_slots_.push_back(slots_.emplace_back(std::make_unique<Slot>()).get());
    }
    auto& slot = *idle_slots_.back();
    if (!load(slot)) return;
    idle_slots_.pop_back();
    worker_.tasks().spawn(run(slot));
  }
}

bool MirrorSender::load(Slot& slot) {
  std::uint64_t lane = 0;
  while (auto pending = lanes_.pop(lane)) {
    const auto reason = objection(*pending);
    if (reason == Reason::none) {
      slot.pending = std::move(pending);
      return true;
    }
    drop(std::move(pending), reason);
    lanes_.done(lane);
  }
  return false;
}

Reason MirrorSender::objection(const Pending& pending) const noexcept {
  if (paused_.load(std::memory_order_relaxed)) return Reason::paused;
  if (resolver_.state() == TargetResolver::State::refused) return Reason::target_refused;
  if (!breaker_.is_closed() && pending.permit != Breaker::Permit::probe) return Reason::breaker_open;
  return Reason::none;
}

net::Task<> MirrorSender::run(Slot& slot) {
  do {
    boost::system::error_code error = net::ClientErrc::connect_failed;
    if (closing_) {
      error = net::ClientErrc::closed;
    } else if (!resolver_.endpoints().empty()) {
      connect_anew(slot);
      const auto sent = co_await slot.connection->send(slot.pending->wire, slot.pending->method,
                                                       slot.pending->idempotent, slot.response, nullptr);
      error = sent ? boost::system::error_code() : sent.error();
    }
    finish(slot, error);
  } while (load(slot));
  idle_slots_.push_back(&slot);
}

void MirrorSender::connect_anew(Slot& slot) {
  if (slot.connection && slot.generation == resolver_.generation()) return;
  if (target_.tls_source && !tls_) tls_ = target_.tls_source->attach();
  net::ClientOptions client;
  client.tls = tls_;
  client.origin = target_.url;
  client.endpoints.assign(resolver_.endpoints().begin(), resolver_.endpoints().end());
  client.connections_max = options_.connections_max;
  client.connect_timeout = options_.connect_timeout;
  client.response_timeout = options_.response_timeout;
  client.body_bytes_max = options_.response_body_bytes_max;
  client.probe_idle_after = kSurelyOpen;
  slot.connection = std::make_unique<net::ClientConnection>(worker_, client);
  slot.generation = resolver_.generation();
}

void MirrorSender::finish(Slot& slot, const boost::system::error_code& error) {
  auto pending = std::move(slot.pending);
  const auto lane = pending->connection_id;
  if (closing_ && error) {
    drop(std::move(pending), Reason::shutdown);
  } else {
    report(*pending, outcome_of(error), slot.response.head.status);
    settle(std::move(pending));
  }
  slot.response.head.clear();
  if (slot.response.body.capacity() > kKeptBytesMax) slot.response.body = std::string();
  lanes_.done(lane);
}

void MirrorSender::report(const Pending& pending, ShadowOutcome outcome, unsigned status) {
  outcomes_[static_cast<std::size_t>(outcome)].add();
  const bool was_closed = breaker_.is_closed();
  if (outcome == ShadowOutcome::answered) {
    responses_by_class_[status >= 100 && status < 600 ? status / 100 - 1 : 4].add();
    breaker_.succeeded(pending.permit);
  } else {
    breaker_.failed(pending.permit, Monotonic::now());
  }
  breaker_open_.store(!breaker_.is_closed(), std::memory_order_relaxed);
  if (was_closed && !breaker_.is_closed()) {
    telemetry::log(
        telemetry::Level::warning, "shadow_breaker_opened",
        {{"shadow", target_.name}, {"last", kShadowOutcomeNames[static_cast<std::size_t>(outcome)]}});
  } else if (!was_closed && breaker_.is_closed()) {
    telemetry::log(telemetry::Level::info, "shadow_breaker_closed", {{"shadow", target_.name}});
  }
}

void MirrorSender::settle(std::unique_ptr<Pending> pending) {
  in_flight_.subtract();
  in_flight_bytes_.subtract(pending->wire.size());
  if (spare_.size() >= kSpareMax || pending->wire.capacity() > kKeptBytesMax) return;
  pending->wire.clear();
  spare_.push_back(std::move(pending));
}

void MirrorSender::drop(std::unique_ptr<Pending> pending, Reason reason) {
  breaker_.cancelled(pending->permit);
  count(reason);
  settle(std::move(pending));
}

void MirrorSender::on_resolved() {
  // Without an endpoint the slots fail what waits, or drop it: either way it is counted.
  send_waiting();
}

void MirrorSender::close() {
  refusing_new_ = closing_ = true;
  resolver_.stop();
  while (auto pending = lanes_.pop_any()) drop(std::move(pending), Reason::shutdown);
  for (const auto& slot : slots_)
    if (slot->pending && slot->connection) slot->connection->close();
}

ShadowTargetStats MirrorSender::stats() const {
  ShadowTargetStats stats;
  stats.name = target_.name;
  for (std::size_t i = 0; i < outcomes_.size(); ++i) stats.outcomes[i] = outcomes_[i].value();
  for (std::size_t i = 0; i < responses_by_class_.size(); ++i)
    stats.responses_by_class[i] = responses_by_class_[i].value();
  for (std::size_t i = 0; i < not_mirrored_.size(); ++i) stats.not_mirrored[i] = not_mirrored_[i].value();
  stats.in_flight = in_flight_.value();
  stats.in_flight_bytes = in_flight_bytes_.value();
  stats.breaker_open = breaker_open_.load(std::memory_order_relaxed);
  return stats;
}

}  // namespace understudy::proxy
