// The shadow plane whole: exchanges wait in a tee, a thread guards, scrubs, mirrors over loopback and
// records them. Measured is the CPU time of that thread per exchange, its share of the kernel included.
#include "proxy/shadow/plane_loop.hpp"

#include <arpa/inet.h>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <initializer_list>
#include <netinet/in.h>
#include <pthread.h>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

namespace {

using namespace understudy;

using FieldList = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// A shadow that costs as little as one can: the same short answer to each read, on a thread of its own.
class FastShadow {
 public:
  FastShadow() : listener_(::socket(AF_INET, SOCK_STREAM, 0)), epoll_(::epoll_create1(0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener_, 256) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      std::abort();
    port_ = ntohs(address.sin_port);
    watch(listener_);
    std::thread([this] { serve(); }).detach();
  }
  std::uint16_t port() const noexcept { return port_; }

 private:
  void watch(int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }

  void answer(int fd) {
    constexpr std::string_view kAnswer =
        "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Mon, 23 Nov 2026 07:00:00 GMT\r\n"
        "Content-Type: text/plain\r\nContent-Length: 6\r\nConnection: keep-alive\r\n\r\nshadow";
    std::array<char, 8192> request;
    if (::recv(fd, request.data(), request.size(), 0) > 0)
      ::send(fd, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL);
    else
      ::close(fd);
  }

  void serve() {
    std::array<epoll_event, 64> events;
    while (true) {
      const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < count; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        if (fd == listener_)
          watch(::accept(listener_, nullptr, nullptr));
        else
          answer(fd);
      }
    }
  }

  int listener_;
  int epoll_;
  std::uint16_t port_ = 0;
};

void set(proxy::ExchangeEvent& event, std::string_view target, const FieldList& request,
         const FieldList& response, std::string_view body) {
  event.request.method = "GET";
  event.request.target = target;
  for (const auto& [name, value] : request) event.request.fields.add(name, value);
  event.has_response = true;
  event.response.status = 200;
  event.response.reason = "OK";
  for (const auto& [name, value] : response) event.response.fields.add(name, value);
  event.response_body.bytes = body;
  event.response_body.length = body.size();
}

/// As wrk asks and nginx answers.
void make_bare(proxy::ExchangeEvent& event, std::uint64_t) {
  static const std::string body(191, 'x');
  set(event, "/", {{"Host", "127.0.0.1:18602"}},
      {{"Server", "nginx/1.22.1"},
       {"Date", "Mon, 23 Nov 2026 07:00:00 GMT"},
       {"Content-Type", "text/plain"},
       {"Content-Length", "191"},
       {"Connection", "keep-alive"}},
      body);
}

/// As a browser asks an API: credentials, cookies and a JSON answer.
void make_browser(proxy::ExchangeEvent& event, std::uint64_t id) {
  static const std::string body = [] {
    std::string json = R"({"items":[)";
    for (int i = 0; i < 12; ++i)
      json += (i == 0 ? "" : ",") + std::string(R"({"id":)") + std::to_string(1000 + i) +
              R"(,"name":"A thing to buy","price":12.5,"url":"https://shop.example/items/17"})";
    return json + "]}";
  }();
  set(event, "/api/products/" + std::to_string(id % 500) + "/reviews?page=2&sort=newest",
      {{"Host", "shop.example"},
       {"User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"},
       {"Accept", "application/json, text/plain, */*"},
       {"Accept-Language", "en-GB,en;q=0.7,de;q=0.3"},
       {"Accept-Encoding", "gzip, deflate, br, zstd"},
       {"Authorization", "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJl"},
       {"Connection", "keep-alive"},
       {"Cookie", "sessionid=8f14e45fceea167a5a36dedd4bea2543; theme=dark; consent=1"},
       {"Referer", "https://shop.example/products/17?ref=home"},
       {"Sec-Fetch-Dest", "empty"},
       {"Sec-Fetch-Mode", "cors"},
       {"X-Request-Id", "0b7c8d1e-0df8-4c9e-9a4a-5a1f0e7a4c11"},
       {"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}},
      {{"Server", "nginx/1.22.1"},
       {"Date", "Mon, 23 Nov 2026 07:00:00 GMT"},
       {"Content-Type", "application/json; charset=utf-8"},
       {"Content-Length", "1114"},
       {"Cache-Control", "private, max-age=60"},
       {"ETag", "\"ee91b754d1a43ff2\""},
       {"Vary", "Accept-Encoding, Origin"},
       {"X-Frame-Options", "DENY"},
       {"X-Request-Id", "0b7c8d1e-0df8-4c9e-9a4a-5a1f0e7a4c11"},
       {"Connection", "keep-alive"}},
      body);
}

double thread_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

using Make = void (*)(proxy::ExchangeEvent&, std::uint64_t);

void mirror_and_record(benchmark::State& state, Make make) {
  static FastShadow shadow;
  const auto exchanges = static_cast<std::uint64_t>(state.range(0));
  const auto directory = std::filesystem::temp_directory_path() / "understudy-shadow-bench";
  proxy::ShadowPlaneOptions options;
  options.shadows.push_back({"shadow", {"http", "127.0.0.1", shadow.port()}, proxy::HostMode::keep});
  options.capture.emplace().directory = directory;
  options.scrub.key[0] = 1;
  const guard::Guard guard(options.guard);
  const scrub::Scrubber scrubber(options.scrub);
  double seconds = 0;
  std::uint64_t answered = 0;
  for (auto _ : state) {
    proxy::Tee tee({.events = exchanges, .budget_bytes = std::size_t{1} << 30});
    for (std::uint64_t id = 1; id <= exchanges; ++id) {
      auto event = tee.acquire();
      make(*event, id);
      event->id = id;
      event->connection_id = id % 32 + 1;
      event->start_wall = wall_now();
      tee.push(std::move(event));
    }
    const std::vector<proxy::Tee*> tees{&tee};
    std::thread plane([&] {
      ::pthread_setname_np(::pthread_self(), "plane");
      auto loop = proxy::PlaneLoop::make(options, guard, scrubber, tees);
      if (!loop) std::abort();
      (*loop)->begin_stop(std::chrono::seconds(60));
      const auto before = thread_seconds();
      (*loop)->run();
      const auto taken = thread_seconds() - before;
      state.SetIterationTime(taken);
      seconds += taken;
      answered += (*loop)->stats().shadows.at(0).mirrored();
    });
    plane.join();
  }
  std::filesystem::remove_all(directory);
  const auto all = static_cast<double>(exchanges * state.iterations());
  state.counters["us_per_exchange"] = seconds * 1e6 / all;
  state.counters["mirrored_share"] = static_cast<double>(answered) / all;
}

BENCHMARK_CAPTURE(mirror_and_record, bare, &make_bare)
    ->Arg(20'000)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(mirror_and_record, browser, &make_browser)
    ->Arg(20'000)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
