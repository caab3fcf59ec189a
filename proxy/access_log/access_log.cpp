#include "proxy/access_log/access_log.hpp"

#include "core/base/clock.hpp"
#include "core/telemetry/log.hpp"
#include "proxy/access_log/line_buffer.hpp"
#include "proxy/access_log/line_writer.hpp"
#include "proxy/access_log/logged_exchange.hpp"

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <list>
#include <mutex>
#include <pthread.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace understudy::proxy {
namespace {

/// Nobody wakes the thread for a line, so this is how late one is at most when the sink keeps up; a worker's
/// queue lasts for it at 300,000 requests a second.
constexpr std::chrono::milliseconds kTick{25};
/// How long a reader of a pipe may make us wait before we look at other things.
constexpr std::chrono::milliseconds kPatience{25};
/// For the last lines.
constexpr std::chrono::seconds kStopGrace{1};
/// Between two complaints about the same log.
constexpr std::chrono::seconds kComplaintEvery{10};
/// Production's threads go first.
constexpr int kNiceness = 5;

/// Nice to production's threads; and a reader of a pipe that goes away is an error of a write, not the end of
/// the process.
void become_log_thread() {
  ::pthread_setname_np(::pthread_self(), "access log");
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNiceness);
  sigset_t pipe{};
  ::sigemptyset(&pipe);
  ::sigaddset(&pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
}

/// What is written where. Replaced as a whole by a reload.
struct Destination {
  std::string path;
  LogSink sink;
  LineWriter writer;
  std::shared_ptr<const scrub::Scrubber> scrubber;
};

}  // namespace

struct AccessLog::Impl {
  void run();
  void obey();
  void reopen_file();
  void pump();
  bool fill();
  void told(const boost::system::error_code& error);
  void finish();

  // Shared with the control thread; the data path never takes it.
  std::mutex mutex;
  std::condition_variable wake;
  std::list<AccessQueue> queues;
  AccessSelection selection;
  bool reconfigured = false;
  std::optional<Destination> next;  ///< with `reconfigured`: the new destination, or none
  bool reopen_wanted = false;
  bool stopping = false;

  std::thread thread;
  std::atomic<bool> failing{false};
  std::atomic<std::uint64_t> lines{0};
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<std::uint64_t> lost{0};  ///< of lines that were made and never written

  // The log's thread alone.
  std::optional<Destination> now;
  LineBuffer buffer;
  Monotonic::time_point next_complaint;
};

void AccessLog::Impl::run() {
  become_log_thread();
  for (;;) {
    {
      std::unique_lock lock(mutex);
      wake.wait_for(lock, kTick, [this] { return stopping || reopen_wanted || reconfigured; });
      if (stopping) break;
    }
    obey();
    pump();
  }
  obey();
  finish();
}

/// What the control thread has asked for.
void AccessLog::Impl::obey() {
  bool reopen_now = false;
  {
    const std::lock_guard lock(mutex);
    reopen_now = std::exchange(reopen_wanted, false);
    if (std::exchange(reconfigured, false)) {
      lost += buffer.forget_torn_line();
      now = std::exchange(next, std::nullopt);
    }
  }
  if (reopen_now) reopen_file();
}

void AccessLog::Impl::reopen_file() {
  if (!now) return;
  auto opened = LogSink::open(now->path);
  const std::string_view path = now->path;
  if (!opened) {
    telemetry::log(telemetry::Level::error, "access_log_reopen_failed",
                   {{"path", path}, {"cause", std::string_view(opened.error().message)}});
    return;
  }
  lost += buffer.forget_torn_line();
  now->sink = std::move(*opened);
  telemetry::log(telemetry::Level::info, "access_log_reopened", {{"path", path}});
}

/// Takes what there is, as long as the sink takes it from us.
void AccessLog::Impl::pump() {
  for (bool more = true; more;) {
    more = fill();
    if (!now) {
      lost += buffer.forget_all();
      continue;
    }
    if (buffer.empty()) return;
    const auto error = buffer.flush(now->sink, kPatience);
    lines.store(buffer.lines_written(), std::memory_order_relaxed);
    bytes.store(buffer.bytes_written(), std::memory_order_relaxed);
    told(error);
    if (error) return;
  }
}

/// Lines from all queues in turn; true when there may be more. What clients do not get their line for stays
/// in the queues until those are full.
bool AccessLog::Impl::fill() {
  std::vector<AccessQueue*> all;
  {
    const std::lock_guard lock(mutex);
    for (auto& queue : queues) all.push_back(&queue);
  }
  bool more = false;
  for (auto* const queue : all) {
    while (buffer.has_room()) {
      auto record = queue->pop();
      if (!record) break;
      if (now)
        now->writer.append(buffer.text(), LoggedExchange(*record, *now->scrubber));
      else
        ++lost;
      queue->recycle(std::move(record));
    }
    more = more || !buffer.has_room();
  }
  return more;
}

/// Says once that the log cannot be written, and once that it can again.
void AccessLog::Impl::told(const boost::system::error_code& error) {
  const bool bad = static_cast<bool>(error);
  if (bad == failing.exchange(bad, std::memory_order_relaxed)) return;
  const auto time = Monotonic::now();
  if (bad && time < next_complaint) return;
  const std::string_view path = now->path;
  if (!bad) return telemetry::log(telemetry::Level::info, "access_log_recovered", {{"path", path}});
  next_complaint = time + kComplaintEvery;
  const auto cause =
      error == boost::system::errc::operation_would_block ? std::string("nobody reads it") : error.message();
  telemetry::log(telemetry::Level::warning, "access_log_failing",
                 {{"path", path}, {"cause", std::string_view(cause)}});
}

void AccessLog::Impl::finish() {
  const auto deadline = Monotonic::now() + kStopGrace;
  do pump();
  while (failing && now && Monotonic::now() < deadline);
  std::uint64_t left = buffer.forget_all();
  for (auto& queue : queues)
    while (auto record = queue.pop()) ++left;
  lost += left;
  if (left > 0) telemetry::log(telemetry::Level::warning, "access_log_lines_lost", {{"lines", left}});
}

AccessLog::AccessLog() : impl_(std::make_unique<Impl>()) {}
AccessLog::~AccessLog() { stop(); }

AccessQueue* AccessLog::add_queue() {
  const std::lock_guard lock(impl_->mutex);
  auto& queue = impl_->queues.emplace_back();
  queue.select(impl_->selection);
  return &queue;
}

Outcome<> AccessLog::configure(const std::optional<AccessLogOptions>& options, const scrub::Options& scrub) {
  std::optional<Destination> made;
  AccessSelection selection;
  if (options) {
    auto sink = LogSink::open(options->path);
    if (!sink) return sink.error();
    made.emplace(Destination{options->path, std::move(*sink), LineWriter(options->format),
                             std::make_shared<const scrub::Scrubber>(scrub)});
    const auto& format = options->format;
    selection = {true, format.has(AccessField::host), format.has(AccessField::user_agent),
                 format.has(AccessField::referer), options->sample};
  }
  const std::lock_guard lock(impl_->mutex);
  impl_->next = std::move(made);
  impl_->reconfigured = true;
  impl_->selection = selection;
  for (auto& queue : impl_->queues) queue.select(selection);
  if (options && !impl_->thread.joinable() && !impl_->stopping)
    impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
  impl_->wake.notify_one();
  return {};
}

void AccessLog::reopen() {
  const std::lock_guard lock(impl_->mutex);
  impl_->reopen_wanted = true;
  impl_->wake.notify_one();
}

void AccessLog::stop() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
    impl_->wake.notify_one();
  }
  if (impl_->thread.joinable()) impl_->thread.join();
}

AccessLogStats AccessLog::stats() const {
  AccessLogStats stats;
  const std::lock_guard lock(impl_->mutex);
  stats.enabled = impl_->selection.enabled;
  stats.lines = impl_->lines.load(std::memory_order_relaxed);
  stats.bytes = impl_->bytes.load(std::memory_order_relaxed);
  stats.dropped = impl_->lost.load(std::memory_order_relaxed);
  for (const auto& queue : impl_->queues) stats.dropped += queue.dropped();
  stats.failing = impl_->failing.load(std::memory_order_relaxed);
  return stats;
}

}  // namespace understudy::proxy
