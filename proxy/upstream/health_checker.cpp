#include "proxy/upstream/health_checker.hpp"

#include "core/http/message.hpp"

#include <utility>

#include <fmt/format.h>

namespace understudy::proxy {
namespace {

/// The status is what counts; a longer body is cut off.
constexpr std::size_t kCheckBodyBytesMax = 64 * 1024;

net::ClientOptions client_options(const HealthChecker::Subject& subject,
                                  std::shared_ptr<net::TlsClient> tls) {
  net::ClientOptions options;
  options.tls = std::move(tls);
  options.origin = subject.url;
  options.endpoints = subject.endpoints();
  options.connect_timeout = options.response_timeout = subject.options.timeout;
  options.body_bytes_max = kCheckBodyBytesMax;
  return options;
}

}  // namespace

struct HealthChecker::State {
  State(net::Worker& the_worker, Subject the_subject)
      : worker(the_worker),
        subject(std::move(the_subject)),
        timer(the_worker.executor()),
        request(health_request(subject.url, subject.options.path)),
        tls(subject.tls ? subject.tls->attach() : nullptr) {}

  void judge(const Result<>& sent, const http::Response& response,
             const boost::system::error_code& connect_error);
  std::uint64_t random() noexcept { return seed = seed * 6364136223846793005ULL + 1442695040888963407ULL; }

  net::Worker& worker;
  Subject subject;
  net::Timer timer;
  std::string request;
  std::shared_ptr<net::TlsClient> tls;
  std::unique_ptr<net::ClientConnection> connection;  ///< while a check is under way
  std::uint64_t seed = wall_now().value;
  bool stopped = false;
};

HealthChecker::HealthChecker(net::Worker& worker, Subject subject)
    : state_(std::make_shared<State>(worker, std::move(subject))) {
  worker.tasks().spawn(keep_checking(state_));
}

HealthChecker::~HealthChecker() {
  state_->stopped = true;
  state_->timer.cancel();
  if (state_->connection) state_->connection->close();
}

net::Task<> HealthChecker::keep_checking(std::shared_ptr<State> state) {
  http::Response response;
  while (!state->stopped) {
    state->connection =
        std::make_unique<net::ClientConnection>(state->worker, client_options(state->subject, state->tls));
    const auto sent = co_await state->connection->send(state->request, "GET", true, response, nullptr);
    const auto connect_error = state->connection->connect_error();
    state->connection.reset();
    if (state->stopped) co_return;
    state->judge(sent, response, connect_error);
    state->timer.expires_after(jittered(state->subject.options.interval, state->random() >> 16));
    co_await state->timer.async_wait(net::use_task);
  }
}

void HealthChecker::State::judge(const Result<>& sent, const http::Response& response,
                                 const boost::system::error_code& connect_error) {
  const bool cut = !sent && sent.error() == net::ClientErrc::body_too_large;
  if (sent || cut) {
    const auto cause = fmt::format("status {}", response.head.status);
    return subject.report(judge_status(response.head.status, subject.options), cause);
  }
  const auto cause = connect_error ? connect_error.message() : sent.error().message();
  subject.report(health_result(sent.error()), cause);
}

std::string health_request(const net::OriginUrl& url, std::string_view path) {
  return fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: understudy-health-check\r\nAccept: */*\r\n"
      "Connection: close\r\n\r\n",
      path, url.authority());
}

HealthResult health_result(const boost::system::error_code& error) noexcept {
  if (error == net::ClientErrc::connect_failed || error == net::ClientErrc::connect_timeout)
    return HealthResult::connect_failed;
  return error == net::ClientErrc::response_timeout ? HealthResult::timeout : HealthResult::bad_response;
}

}  // namespace understudy::proxy
