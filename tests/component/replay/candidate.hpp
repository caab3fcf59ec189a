// A candidate in this process: a real server whose answers a test decides.
#pragma once

#include "core/net/server.hpp"
#include "tests/support/worker_thread.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace understudy::replay {

/// What a candidate answers, and after what pause.
struct CandidateAnswer {
  http::Response response;
  std::chrono::milliseconds pause{};
};

class Candidate {
 public:
  using Answer = std::function<CandidateAnswer(const http::Request&)>;

  explicit Candidate(Answer answer) : answer_(std::move(answer)) {
    thread_.call([this] {
      net::ServerOptions options;
      options.address = net::tcp::endpoint(net::asio::ip::address_v4::loopback(), 0);
      auto handler = [this](const http::Request& request) { return handle(request); };
      server_ = std::move(*net::Server::listen(thread_.worker(), options, handler));
    });
  }
  ~Candidate() {
    thread_.stop();
    server_.reset();
    thread_.destroy();
  }
  Candidate(const Candidate&) = delete;
  Candidate& operator=(const Candidate&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }

  /// Requests in the order of arrival.
  std::vector<http::Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  /// The most requests that were being answered at once.
  std::size_t most_at_once() const {
    const std::lock_guard lock(mutex_);
    return most_at_once_;
  }

 private:
  net::Task<http::Response> handle(const http::Request& request) {
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
      most_at_once_ = std::max(most_at_once_, ++at_once_);
    }
    auto answer = answer_(request);
    if (answer.pause.count() > 0) {
      net::Timer timer(thread_.worker().executor());
      timer.expires_after(answer.pause);
      co_await timer.async_wait(net::use_task);
    }
    const std::lock_guard lock(mutex_);
    --at_once_;
    co_return std::move(answer.response);
  }

  Answer answer_;
  mutable std::mutex mutex_;
  std::vector<http::Request> requests_;
  std::size_t at_once_ = 0;
  std::size_t most_at_once_ = 0;
  test::WorkerThread thread_;
  std::unique_ptr<net::Server> server_;
};

inline CandidateAnswer answer(unsigned status, std::string_view body,
                              std::string_view type = "application/json") {
  CandidateAnswer out;
  out.response.head.status = status;
  out.response.head.fields.add("Content-Type", type);
  out.response.body = body;
  return out;
}

}  // namespace understudy::replay
