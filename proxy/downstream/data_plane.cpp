#include "proxy/downstream/data_plane.hpp"

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

DataPlane::DataPlane(net::Worker& worker, const DataPlaneOptions& options, const SampleShare& share, Tee* tee)
    : worker_(worker),
      options_(options),
      upstream_(worker, pool_options(options.downstream), *options.hosts),
      sampler_(options.sample_key, share, first_id(worker)),
      context_{worker_, options_.downstream, upstream_, counters_, sampler_, options.primary_authority},
      next_connection_id_(first_id(worker)) {
  if (tee == nullptr) return;
  tee_.emplace(WorkerTee{*tee, 0, first_id(worker)});
  context_.tee = &*tee_;
}

DataPlane::~DataPlane() = default;

Outcome<> DataPlane::listen(const net::tcp::endpoint& address) {
  net::ListenerOptions options;
  options.address = address;
  options.reuse_port = true;
  auto listener = net::Listener::open(worker_, options);
  if (!listener) return listener.error();
  listeners_.push_back(std::move(*listener));
  return {};
}

void DataPlane::start() {
  for (auto& listener : listeners_)
    listener->start(
        [this](net::TcpSocket socket, const net::tcp::endpoint& peer) { accept(std::move(socket), peer); });
}

void DataPlane::accept(net::TcpSocket socket, const net::tcp::endpoint& peer) {
  counters_.connections_accepted.add();
  if (connections_.size() < options_.downstream.connections_max)
    return worker_.tasks().spawn(serve(std::move(socket), peer));
  counters_.connections_refused.add();
  if (refusals_ < kRefusalsMax) worker_.tasks().spawn(refuse(std::move(socket), peer));
}

net::Task<> DataPlane::serve(net::TcpSocket socket, net::tcp::endpoint peer) {
  /// Registers the connection for as long as it is served, exceptions included.
  struct Registration {
    DataPlane& plane;
    Connection& connection;
    Registration(DataPlane& the_plane, Connection& the_connection)
        : plane(the_plane), connection(the_connection) {
      plane.connections_.insert(&connection);
      plane.counters_.connections_active.add();
    }
    ~Registration() {
      plane.connections_.erase(&connection);
      plane.counters_.connections_active.subtract();
    }
  };
  Connection connection(context_, net::Stream(std::move(socket)), peer, next_connection_id_++);
  const Registration registration(*this, connection);
  co_await connection.serve();
}

net::Task<> DataPlane::refuse(net::TcpSocket socket, net::tcp::endpoint peer) {
  ++refusals_;
  co_await refuse_connection(net::Stream(std::move(socket)), peer, context_);
  --refusals_;
}

void DataPlane::drain(std::function<void()> done) {
  context_.draining = true;
  for (auto& listener : listeners_) listener->stop();
  for (auto* connection : connections_) connection->drain();
  worker_.tasks().when_idle([this, done = std::move(done)] {
    upstream_.close_idle();
    done();
  });
}

void DataPlane::abandon() {
  context_.draining = context_.abandoned = true;
  for (auto& listener : listeners_) listener->stop();
  for (auto* connection : connections_) connection->abandon();
}

void DataPlane::close() {
  listeners_.clear();
  context_.loop_probe.close();
  upstream_.close_idle();
}

}  // namespace understudy::proxy
