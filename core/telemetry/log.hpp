// Structured logs: one event a line, key=value or JSON, never a header value or a body.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace understudy::telemetry {

enum class Level { debug, info, warning, error };
enum class LogFormat { text, json };

/// One key and its value; keys are snake_case words.
struct LogField {
  std::string_view key;
  std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool> value;
};

/// Once, before other threads start. Lines go to stderr through a bounded asynchronous queue that drops the
/// oldest rather than wait; the number dropped is logged at the end. From then on SIGPIPE is ignored: a
/// reader of the log that goes away costs lines, not the process.
void start_logging(Level level, LogFormat format);
void stop_logging();
/// From now on; any thread, between the two above.
void set_log_level(Level level) noexcept;

/// Lines dropped since the start because stderr took none. Any thread.
std::uint64_t log_lines_dropped() noexcept;

/// `event` is a static name: "proxy_started". Any thread; never blocks on the terminal or file.
void log(Level level, std::string_view event, std::initializer_list<LogField> fields = {});

}  // namespace understudy::telemetry
