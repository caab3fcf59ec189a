// understudy-shop: serves the shop on one thread.
#include "core/http/serializer.hpp"
#include "core/net/endpoint.hpp"
#include "core/net/run_server.hpp"
#include "core/telemetry/log.hpp"
#include "deploy/demo/shop/shop.hpp"

#include <fstream>
#include <memory>
#include <random>
#include <string>

#include <CLI/CLI.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

namespace understudy::demo {
namespace {

/// Everything that the shop was sent, as it was sent; the demo searches it for what should never have
/// arrived.
class RequestLog {
 public:
  bool open(const std::string& path) {
    out_.open(path, std::ios::binary | std::ios::trunc);
    return out_.good();
  }

  void write(const http::Request& request) {
    if (!out_.is_open()) return;
    std::string text;
    http::append_head(text, request.head);
    text += request.body;
    text += '\n';
    out_.write(text.data(), static_cast<std::streamsize>(text.size()));
    out_.flush();
  }

 private:
  std::ofstream out_;
};

net::Task<http::Response> serve(Shop& shop, RequestLog& log, const http::Request& request) {
  log.write(request);
  auto reply = shop.answer(request);
  if (reply.delay.count() > 0) {
    net::Timer timer(co_await net::asio::this_coro::executor);
    timer.expires_after(reply.delay);
    co_await timer.async_wait(net::use_task);
  }
  co_return std::move(reply.response);
}

int run(const std::string& listen, int version, const std::string& log_path) {
  const auto address = net::parse_listen_address(listen);
  if (!address) {
    fmt::print(stderr, "understudy-shop: --listen: {}\n", address.error().message);
    return 2;
  }
  RequestLog log;
  if (!log_path.empty() && !log.open(log_path)) {
    fmt::print(stderr, "understudy-shop: --log: {} cannot be written\n", log_path);
    return 2;
  }
  Shop shop(version, std::random_device{}());
  net::RunServerOptions options;
  options.server.address = *address;
  telemetry::start_logging(telemetry::Level::info, telemetry::LogFormat::text);
  const auto served = net::run_server_until_signal(
      options, [&shop, &log](const http::Request& request) { return serve(shop, log, request); });
  telemetry::stop_logging();
  if (served) return 0;
  fmt::print(stderr, "understudy-shop: {}\n", served.error().message);
  return 2;
}

}  // namespace
}  // namespace understudy::demo

int main(int argc, char** argv) {
  CLI::App app{"The demo shop of Understudy. Version 2 has the regressions of deploy/demo/regressions.json.",
               "understudy-shop"};
  std::string listen = "127.0.0.1:0";
  std::string log_path;
  int version = 1;
  app.add_option("--listen", listen, "Address to listen on")->capture_default_str();
  app.add_option("--version", version, "Release of the shop")
      ->check(CLI::IsMember({1, 2}))
      ->capture_default_str();
  app.add_option("--log", log_path, "Write every request received to this file");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return understudy::demo::run(listen, version, log_path);
}
