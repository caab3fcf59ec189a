#include "proxy/admin/admin.hpp"

#include "proxy/admin/access.hpp"
#include "proxy/admin/endpoints.hpp"

#include <optional>
#include <utility>

namespace understudy::proxy {
namespace {

constexpr std::size_t kAdminBodyBytesMax = 64 * 1024;
constexpr std::size_t kConnectionsMax = 64;

}  // namespace

/// Its connections share it: they may end a moment after the server has gone.
struct AdminServer::Room {
  http::Response answer(const http::Request& request) const {
    if (auto refused = refuse_admin(request, access)) return *std::move(refused);
    return answer_admin(request, hooks);
  }

  AdminHooks hooks;
  AdminAccess access;
};

net::Task<http::Response> AdminServer::answer(std::shared_ptr<const Room> room,
                                              const http::Request& request) {
  co_return room->answer(request);
}

AdminServer::AdminServer() : room_(std::make_shared<Room>()) {}
AdminServer::~AdminServer() = default;

Outcome<std::unique_ptr<AdminServer>> AdminServer::listen(net::Worker& worker, const AdminConfig& config) {
  std::unique_ptr<AdminServer> admin(new AdminServer());
  net::ServerOptions options;
  options.address = config.address;
  // So that a reload can open another door at the same address before this one is closed.
  options.reuse_port = true;
  options.tls = config.tls_source;
  options.body_bytes_max = kAdminBodyBytesMax;
  options.connections_max = kConnectionsMax;
  auto server = net::Server::listen(
      worker, options, [room = admin->room_](const http::Request& request) { return answer(room, request); });
  if (!server) return server.error();
  admin->server_ = std::move(*server);
  return admin;
}

void AdminServer::serve(const AdminConfig& config, AdminHooks hooks) {
  room_->access.token = config.token;
  room_->hooks = std::move(hooks);
}

std::uint16_t AdminServer::port() const noexcept { return server_->port(); }
void AdminServer::stop() { server_->stop(); }

}  // namespace understudy::proxy
