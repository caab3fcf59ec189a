#include "core/net/server.hpp"

#include "core/http/serializer.hpp"
#include "core/net/listener.hpp"
#include "core/net/server_connection.hpp"
#include "core/net/stream.hpp"

#include <utility>

namespace understudy::net {
namespace {

Task<> serve(std::shared_ptr<ServerState> state, Stream stream) {
  ServerConnection connection(*state, std::move(stream));
  co_await connection.run();
}

void refuse_busy(Stream stream) {
  auto response = error_response(503, "too many connections");
  response.head.reason = http::reason_phrase(503);
  response.head.fields.add("Retry-After", "1");
  // Nobody waits for it: if the kernel's empty buffer does not take a few bytes, the client gets only the
  // close.
  static_cast<void>(stream.try_write(http::to_wire(response, false, false)));
}

}  // namespace

struct Server::Impl {
  std::shared_ptr<ServerState> state;
  std::unique_ptr<Listener> listener;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() { stop(); }

Outcome<std::unique_ptr<Server>> Server::listen(Worker& worker, const ServerOptions& options,
                                                Handler handler) {
  auto listener = Listener::open(worker, {.address = options.address, .reuse_port = options.reuse_port});
  if (!listener) return listener.error();
  auto state = std::make_shared<ServerState>(ServerState{
      worker, options, std::move(handler), {}, {}, false, options.tls ? options.tls->attach() : nullptr});
  auto impl = std::make_unique<Impl>(Impl{state, std::move(*listener)});
  auto accepted = [state](Stream stream, const tcp::endpoint&) {
    if (state->connections.size() < state->options.connections_max)
      state->worker.tasks().spawn(serve(state, std::move(stream)));
    else if (!state->tls)
      refuse_busy(std::move(stream));
  };
  impl->listener->start(accepted);
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

std::uint16_t Server::port() const noexcept { return impl_->listener->address().port(); }

std::size_t Server::connections() const noexcept { return impl_->state->connections.size(); }

void Server::stop() {
  impl_->listener->stop();
  impl_->state->stopping = true;
  for (auto* connection : impl_->state->connections) connection->close_if_idle();
}

}  // namespace understudy::net
