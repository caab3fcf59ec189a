#include "core/telemetry/log.hpp"

#include "core/base/json_text.hpp"
#include "core/telemetry/escape.hpp"

#include <atomic>
#include <cmath>
#include <csignal>
#include <cstddef>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ansicolor_sink.h>

namespace understudy::telemetry {
namespace {

/// Lines that wait for the terminal; above, the oldest is dropped and counted.
constexpr std::size_t kQueueLines = 8192;
/// A longer line is cut: nobody reads it, and a client may have made it.
constexpr std::size_t kLineBytesMax = 8192;

struct Logging {
  LogFormat format;
  std::shared_ptr<spdlog::async_logger> logger;
  // Goes first, and is joined then: so the last reference to the logger is ours, and not that of a queued
  // line.
  std::shared_ptr<spdlog::details::thread_pool> thread;
};

std::unique_ptr<Logging> logging_owner;
std::atomic<Logging*> logging{nullptr};

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

struct AppendValue {
  std::string& out;
  LogFormat format;
  void operator()(std::string_view text) const {
    const auto shown = text.substr(0, kLineBytesMax / 2);
    format == LogFormat::json ? append_json_string(out, shown) : append_logfmt_value(out, shown);
  }
  void operator()(std::int64_t number) const { fmt::format_to(std::back_inserter(out), "{}", number); }
  void operator()(std::uint64_t number) const { fmt::format_to(std::back_inserter(out), "{}", number); }
  void operator()(double number) const {
    if (!std::isfinite(number)) return (*this)(std::string_view("not a number"));  // JSON has no other way
    fmt::format_to(std::back_inserter(out), "{}", number);
  }
  void operator()(bool truth) const { out += truth ? "true" : "false"; }
};

void append_pair(std::string& out, LogFormat format, std::string_view key, const LogField& field) {
  if (!out.empty()) out += format == LogFormat::json ? ',' : ' ';
  if (format == LogFormat::json) {
    append_json_string(out, key);
    out += ':';
  } else {
    out += key;
    out += '=';
  }
  std::visit(AppendValue{out, format}, field.value);
}

std::string to_line(LogFormat format, std::string_view event, std::initializer_list<LogField> fields) {
  std::string line;
  append_pair(line, format, "event", {"event", event});
  for (const auto& field : fields) {
    const auto before = line.size();
    append_pair(line, format, field.key, field);
    if (line.size() <= kLineBytesMax) continue;
    line.resize(before);
    append_pair(line, format, "cut", {"cut", true});
    break;
  }
  return line;
}

}  // namespace

void start_logging(Level level, LogFormat format) {
  stop_logging();
  // A terminal or collector that goes away costs us the log, not the process.
  std::signal(SIGPIPE, SIG_IGN);
  auto sink = std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>(spdlog::color_mode::automatic);
  const std::string pattern = format == LogFormat::json
                                  ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})"
                                  : "time=%Y-%m-%dT%H:%M:%S.%eZ level=%^%l%$ %v";
  sink->set_formatter(std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc));
  auto made = std::make_unique<Logging>();
  made->format = format;
  made->thread = std::make_shared<spdlog::details::thread_pool>(kQueueLines, 1);
  made->logger = std::make_shared<spdlog::async_logger>("understudy", std::move(sink), made->thread,
                                                        spdlog::async_overflow_policy::overrun_oldest);
  made->logger->set_level(to_spdlog(level));
  logging_owner = std::move(made);
  logging.store(logging_owner.get(), std::memory_order_release);
}

void stop_logging() {
  if (!logging_owner) return;
  logging.store(nullptr, std::memory_order_release);
  const auto dropped = logging_owner->thread->overrun_counter();
  if (dropped > 0) {
    logging_owner->logger->log(spdlog::level::warn,
                               to_line(logging_owner->format, "log_lines_dropped",
                                       {{"lines", static_cast<std::uint64_t>(dropped)}}));
  }
  logging_owner->logger->flush();
  logging_owner.reset();  // the queue's thread writes what is left, then ends
}

void set_log_level(Level level) noexcept {
  if (auto* const current = logging.load(std::memory_order_acquire))
    current->logger->set_level(to_spdlog(level));
}

std::uint64_t log_lines_dropped() noexcept {
  const auto* const current = logging.load(std::memory_order_acquire);
  return current == nullptr ? 0 : current->thread->overrun_counter();
}

void log(Level level, std::string_view event, std::initializer_list<LogField> fields) {
  auto* const current = logging.load(std::memory_order_acquire);
  if (current == nullptr) {
    // Not started: a tool, or a test. What is wrong is still said.
    if (level < Level::warning) return;
    fmt::print(stderr, "level={} {}\n", level == Level::error ? "error" : "warning",
               to_line(LogFormat::text, event, fields));
    return;
  }
  if (!current->logger->should_log(to_spdlog(level))) return;
  current->logger->log(to_spdlog(level), spdlog::string_view_t(to_line(current->format, event, fields)));
}

}  // namespace understudy::telemetry
