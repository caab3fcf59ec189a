#include "proxy/admin/admin.hpp"

#include "core/telemetry/log.hpp"
#include "proxy/admin/endpoints.hpp"

#include <utility>

namespace understudy::proxy {

struct AdminServer::Impl {
  explicit Impl(AdminHooks the_hooks) : hooks(std::move(the_hooks)) {}

  net::Task<http::Response> answer(const http::Request& request) { co_return answer_admin(request, hooks); }

  AdminHooks hooks;
  std::unique_ptr<net::Server> server;
};

AdminServer::AdminServer() = default;
AdminServer::~AdminServer() = default;

Outcome<std::unique_ptr<AdminServer>> AdminServer::listen(net::Worker& worker,
                                                          const net::tcp::endpoint& address,
                                                          AdminHooks hooks) {
  std::unique_ptr<AdminServer> admin(new AdminServer());
  admin->impl_ = std::make_unique<Impl>(std::move(hooks));
  net::ServerOptions options;
  options.address = address;
  options.body_bytes_max = 64 * 1024;
  options.connections_max = 64;
  auto* const impl = admin->impl_.get();
  auto server = net::Server::listen(worker, options,
                                    [impl](const http::Request& request) { return impl->answer(request); });
  if (!server) return server.error();
  impl->server = std::move(*server);
  if (!address.address().is_loopback())
    telemetry::log(
        telemetry::Level::warning, "admin_not_on_loopback",
        {{"address", address.address().to_string()}, {"why", "anybody who reaches it can pause and drain"}});
  return admin;
}

std::uint16_t AdminServer::port() const noexcept { return impl_->server->port(); }
void AdminServer::stop() { impl_->server->stop(); }

}  // namespace understudy::proxy
