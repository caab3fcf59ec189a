#include "core/net/worker.hpp"
#include "core/telemetry/log.hpp"
#include "proxy/server.hpp"

#include <csignal>
#include <string>
#include <thread>

#include <boost/asio/basic_signal_set.hpp>

namespace understudy::proxy {
namespace {

using Signals = net::asio::basic_signal_set<net::Executor>;

/// Its own small loop and thread: a signal is heard even while the control thread answers a long admin
/// request.
class SignalWatch {
 public:
  SignalWatch(ProxyServer& server, const std::function<Outcome<ProxyConfig>()>& load)
      : server_(server), load_(load), signals_(worker_.executor(), SIGINT, SIGTERM, SIGHUP) {
    signals_.add(SIGUSR1);
    wait();
    thread_ = std::thread([this] { worker_.run(); });
  }
  ~SignalWatch() {
    worker_.stop();
    thread_.join();
  }

 private:
  void wait() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) return;
      heard(signal);
      wait();
    });
  }

  void heard(int signal) {
    if (signal == SIGHUP) return reread();
    if (signal == SIGUSR1) return server_.reopen_logs();
    // The first TERM is polite; INT, and whatever comes after it, is not.
    if (signal == SIGTERM && !draining_) {
      draining_ = true;
      return server_.drain();
    }
    server_.stop();
  }

  void reread() {
    if (load_) return server_.reload(load_);
    telemetry::log(telemetry::Level::warning, "reload_ignored",
                   {{"cause", std::string_view("no --config file")}});
  }

  ProxyServer& server_;
  const std::function<Outcome<ProxyConfig>()>& load_;
  net::Worker worker_;
  Signals signals_;
  std::thread thread_;
  bool draining_ = false;
};

}  // namespace

ExitCode run_with_signals(ProxyServer& server, const std::function<Outcome<ProxyConfig>()>& load) {
  const SignalWatch watch(server, load);
  return server.run();
}

}  // namespace understudy::proxy
