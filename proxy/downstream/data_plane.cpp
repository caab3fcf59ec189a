#include "proxy/downstream/data_plane.hpp"

#include "core/net/tls_handshake.hpp"
#include "core/telemetry/log.hpp"
#include "proxy/downstream/proxy_header_reader.hpp"
#include "proxy/downstream/turn_away.hpp"

#include <algorithm>
#include <utility>

namespace understudy::proxy {
namespace {

net::OriginPoolOptions pool_options(const DownstreamOptions& options) {
  net::OriginPoolOptions pool;
  pool.idle_max = options.upstream_idle_max;
  pool.idle_timeout = options.timeouts.upstream_idle;
  pool.connect_timeout = options.timeouts.connect;
  pool.limits = options.response_limits;
  pool.buffer_bytes = std::max(options.piece_bytes, options.response_limits.head_bytes) + 4 * 1024;
  return pool;
}

/// Refusing politely needs a descriptor for a moment; beyond so many, a flood is cut off without a word.
constexpr std::size_t kRefusalsMax = 256;

/// Ids are unique in the process and start with the worker's number.
std::uint64_t first_id(const net::Worker& worker) { return (std::uint64_t{worker.index()} << 48) + 1; }

}  // namespace

DataPlane::DataPlane(net::Worker& worker, const DataPlaneOptions& options, const SampleShare& share, Tee& tee)
    : worker_(worker),
      options_(options),
      upstream_(worker, pool_options(options.downstream), *options.hosts),
      sampler_(options.sample_key, share, first_id(worker)),
      tee_{tee, 0, first_id(worker), false},
      context_{worker_, options_.downstream, upstream_, counters_, sampler_, options.primary_authority},
      next_connection_id_(first_id(worker)) {
  context_.tee = &tee_;
}

DataPlane::~DataPlane() = default;

/// Counts as a connection, and can be told to end; a drain leaves it less time.
struct DataPlane::Arrival {
  Arrival(DataPlane& the_plane, net::Deadline::Expire end, void* connection)
      : plane(the_plane), deadline(the_plane.worker_.deadlines(), end, connection) {
    plane.arrivals_.insert(this);
    plane.counters_.connections_active.add();
  }
  ~Arrival() {
    plane.arrivals_.erase(this);
    plane.counters_.connections_active.subtract();
  }
  Arrival(const Arrival&) = delete;
  Arrival& operator=(const Arrival&) = delete;

  DataPlane& plane;
  net::Deadline deadline;
};

DataPlane::Entrance* DataPlane::find_entrance(ListenerId id) noexcept {
  const auto found = std::find_if(entrances_.begin(), entrances_.end(),
                                  [id](const EntrancePtr& entrance) { return entrance->id == id; });
  return found == entrances_.end() ? nullptr : found->get();
}

void DataPlane::add_listener(ListenerId id, net::ListeningSocket socket,
                             std::shared_ptr<const ListenerSettings> settings) {
  auto listener = net::Listener::take(worker_, std::move(socket));
  if (!listener) {
    const auto& why = listener.error().message;
    telemetry::log(telemetry::Level::error, "listener_not_opened", {{"cause", std::string_view(why)}});
    return;
  }
  std::erase_if(entrances_, [](const EntrancePtr& entrance) {
    return entrance->closing && !entrance->listener->is_open();
  });
  const auto entrance =
      std::make_shared<Entrance>(Entrance{id, std::move(settings), std::move(*listener), nullptr, false});
  if (entrance->settings->tls) entrance->tls = entrance->settings->tls->attach();
  entrances_.push_back(entrance);
  if (started_) open(entrance);
}

void DataPlane::open(const EntrancePtr& entrance) {
  // The entrance owns the listener, whose loop calls these: it must not be kept alive by them.
  const std::weak_ptr<Entrance> weak = entrance;
  const bool speaks = !entrance->tls;
  entrance->listener->start(
      [this, weak](net::Stream stream, const net::tcp::endpoint& peer) {
        if (const auto open_entrance = weak.lock()) accept(std::move(stream), peer, open_entrance);
      },
      {.turned_away =
           [this, speaks](const net::Stream& stream) {
             counters_.connections_accepted.add();
             counters_.connections_refused.add();
             turn_away(stream, context_, speaks);
           },
       .paused = [this] { counters_.accept_errors.add(); }});
}

void DataPlane::change_listener(ListenerId id, std::shared_ptr<const ListenerSettings> settings) {
  auto* const entrance = find_entrance(id);
  if (entrance == nullptr) return;
  if (settings->tls != entrance->settings->tls)
    entrance->tls = settings->tls ? settings->tls->attach() : nullptr;
  entrance->settings = std::move(settings);
}

void DataPlane::remove_listener(ListenerId id) {
  auto* const entrance = find_entrance(id);
  if (entrance == nullptr) return;
  entrance->closing = true;
  entrance->listener->settle();
  for (const auto& [connection, came_in_by] : connections_)
    if (came_in_by.get() == entrance) connection->drain();
}

void DataPlane::start() {
  started_ = true;
  for (const auto& entrance : entrances_) open(entrance);
}

void DataPlane::set_options(const DataPlaneOptions& options) {
  options_.downstream = options.downstream;
  ++context_.options_version;
  options_.primary_authority = options.primary_authority;
  context_.primary_authority = options.primary_authority;
  context_.via = via_pseudonym(options.downstream.via, options.downstream.instance);
  sampler_.set_key(options.sample_key);
  upstream_.set_options(pool_options(options.downstream));
}

void DataPlane::set_tee(bool open, const Tee::Options& options) {
  tee_.tee.set_limits(options);
  tee_.open = open;
}

void DataPlane::accept(net::Stream stream, const net::tcp::endpoint& peer, const EntrancePtr& entrance) {
  counters_.connections_accepted.add();
  const bool direct =
      !entrance->tls && entrance->settings->proxy_protocol.mode == ProxyProtocolPolicy::Mode::off;
  if (connections_.size() + arrivals_.size() < options_.downstream.connections_max)
    return worker_.tasks().spawn(direct ? serve(std::move(stream), peer, entrance)
                                        : arrive(std::move(stream), peer, entrance));
  counters_.connections_refused.add();
  if (!direct) return counters_.count(LimitHit::connections);
  if (refusals_ < kRefusalsMax) worker_.tasks().spawn(refuse(std::move(stream), peer));
}

net::Task<> DataPlane::arrive(net::Stream stream, net::tcp::endpoint peer, EntrancePtr entrance) {
  // As they are now: a reload may replace them while this waits.
  const auto settings = entrance->settings;
  const auto tls = entrance->tls;
  if (settings->proxy_protocol.mode != ProxyProtocolPolicy::Mode::off) {
    Arrival arrival(*this, [](void* waiting) { static_cast<net::Stream*>(waiting)->cancel(); }, &stream);
    const auto& timeouts = options_.downstream.timeouts;
    arrival.deadline.arm(context_.draining ? timeouts.drain_idle : timeouts.client_head);
    const auto client = co_await read_proxy_header(stream, settings->proxy_protocol, peer);
    if (!client && client.error() != net::asio::error::eof) counters_.proxy_protocol_errors.add();
    if (!client) co_return;
    peer = *client;
  }
  if (tls) {
    const bool secure = co_await shake_hands(stream, tls);
    if (!secure) co_return;
  }
  co_await serve(std::move(stream), peer, std::move(entrance));
}

net::Task<bool> DataPlane::shake_hands(net::Stream& stream, std::shared_ptr<net::TlsServer> tls) {
  Arrival arrival(*this, [](void* waiting) { static_cast<net::Stream*>(waiting)->close(); }, &stream);
  if (context_.draining) arrival.deadline.arm(options_.downstream.timeouts.drain_idle);
  const auto accepted =
      co_await net::accept_tls(worker_, stream, std::move(tls), options_.downstream.timeouts.tls_handshake);
  co_return static_cast<bool>(accepted);
}

net::Task<> DataPlane::serve(net::Stream stream, net::tcp::endpoint client, EntrancePtr entrance) {
  /// Registers the connection for as long as it is served, exceptions included.
  struct Registration {
    DataPlane& plane;
    Connection& connection;
    Registration(DataPlane& the_plane, Connection& the_connection, EntrancePtr came_in_by)
        : plane(the_plane), connection(the_connection) {
      plane.connections_.emplace(&connection, std::move(came_in_by));
      plane.counters_.connections_active.add();
    }
    ~Registration() {
      plane.connections_.erase(&connection);
      plane.counters_.connections_active.subtract();
    }
  };
  Connection connection(context_, std::move(stream), client, next_connection_id_++);
  const Registration registration(*this, connection, entrance);
  if (entrance->closing) connection.drain();
  co_await connection.serve();
}

net::Task<> DataPlane::refuse(net::Stream stream, net::tcp::endpoint peer) {
  ++refusals_;
  co_await refuse_connection(std::move(stream), peer, context_);
  --refusals_;
}

void DataPlane::drain(std::function<void()> done) {
  context_.draining = true;
  for (const auto& entrance : entrances_) entrance->listener->settle();
  for (const auto& [connection, entrance] : connections_) connection->drain();
  for (auto* arrival : arrivals_) arrival->deadline.arm(options_.downstream.timeouts.drain_idle);
  worker_.tasks().when_idle([this, done = std::move(done)] {
    upstream_.close_idle();
    done();
  });
}

void DataPlane::abandon() {
  context_.draining = context_.abandoned = true;
  for (const auto& entrance : entrances_) entrance->listener->stop();
  for (const auto& [connection, entrance] : connections_) connection->abandon();
  for (auto* arrival : arrivals_) arrival->deadline.arm(std::chrono::nanoseconds(0));
}

void DataPlane::close() {
  entrances_.clear();
  context_.loop_probe.close();
  upstream_.close_idle();
}

}  // namespace understudy::proxy
