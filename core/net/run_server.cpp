#include "core/net/run_server.hpp"

#include "core/net/worker.hpp"
#include "core/telemetry/log.hpp"

#include <csignal>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/basic_signal_set.hpp>

namespace understudy::net {
namespace {

/// The workers and their servers. Lives on the main thread, which is worker 0's.
class ServerProgram {
 public:
  explicit ServerProgram(const RunServerOptions& options) : options_(options) {}

  Outcome<> listen(const Handler& handler) {
    auto server_options = options_.server;
    server_options.reuse_port = options_.workers > 1;
    for (unsigned index = 0; index < options_.workers; ++index) {
      workers_.push_back(std::make_unique<Worker>(index));
      auto server = Server::listen(*workers_.back(), server_options, handler);
      if (!server) return server.error();
      servers_.push_back(std::move(*server));
      // With port 0 the first listener chooses, the others share its port.
      server_options.address.port(servers_.front()->port());
    }
    address_ = server_options.address;
    return {};
  }

  void run() {
    signals_ = std::make_unique<Signals>(workers_.front()->executor(), SIGINT, SIGTERM);
    grace_ = std::make_unique<Timer>(workers_.front()->executor());
    await_signal();
    std::ostringstream address;
    address << address_;
    telemetry::log(telemetry::Level::info, "listening", {{"address", std::string_view(address.view())}});
    std::vector<std::thread> threads;
    for (std::size_t index = 1; index < workers_.size(); ++index)
      threads.emplace_back([worker = workers_[index].get()] { worker->run(); });
    workers_.front()->run();
    for (auto& thread : threads) thread.join();
    signals_.reset();
    grace_.reset();
    // A server's connections are tasks of its worker: the servers go first, while their loops still exist.
    servers_.clear();
    workers_.clear();
  }

 private:
  using Signals = asio::basic_signal_set<Executor>;

  void await_signal() {
    signals_->async_wait([this](const boost::system::error_code& ec, int) {
      if (ec) return;
      if (stopping_) return end_now();
      stopping_ = true;
      telemetry::log(telemetry::Level::info, "stopping");
      begin_stop();
      await_signal();
    });
  }

  void begin_stop() {
    grace_->expires_after(options_.stop_grace);
    grace_->async_wait([this](const boost::system::error_code& ec) {
      if (!ec) end_now();
    });
    for (std::size_t index = 0; index < workers_.size(); ++index) {
      workers_[index]->post([worker = workers_[index].get(), server = servers_[index].get()] {
        server->stop();
        worker->tasks().when_idle([worker] { worker->stop(); });
      });
    }
  }

  void end_now() {
    for (auto& worker : workers_) worker->stop();
  }

  const RunServerOptions& options_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::unique_ptr<Server>> servers_;
  std::unique_ptr<Signals> signals_;
  std::unique_ptr<Timer> grace_;
  tcp::endpoint address_;
  bool stopping_ = false;
};

}  // namespace

Outcome<> run_server_until_signal(const RunServerOptions& options, const Handler& handler) {
  ServerProgram program(options);
  if (auto listening = program.listen(handler); !listening) return listening.error();
  program.run();
  return {};
}

}  // namespace understudy::net
