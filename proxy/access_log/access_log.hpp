// The access log: its own thread takes what the workers leave in their queues, scrubs, formats and writes it.
#pragma once

#include "core/base/result.hpp"
#include "core/scrub/scrubber.hpp"
#include "proxy/access_log/access_queue.hpp"
#include "proxy/access_log/line_format.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace understudy::proxy {

/// `log.access` of the configuration.
struct AccessLogOptions {
  std::string path;  ///< a file, or "-" for standard output
  LineFormat format;
  double sample = 1.0;  ///< share of the exchanges without trouble that get a line, in [0, 1]
};

struct AccessLogStats {
  bool enabled = false;
  std::uint64_t lines = 0;    ///< handed to the file, whole
  std::uint64_t bytes = 0;    ///< taken by the file
  std::uint64_t dropped = 0;  ///< exchanges without their line: queue full, or the log ended over them
  bool failing = false;       ///< the last attempt to write failed or was not taken
};

/// Production never waits for it: a full disk, a slow one or a pipe that nobody reads costs lines, which are
/// counted, and nothing else.
class AccessLog {
 public:
  AccessLog();
  ~AccessLog();
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  /// Another worker's queue: valid as long as the log. Any thread.
  AccessQueue* add_queue();

  /// Opens what `options` name and writes there from now on; without options lines are no longer made. A
  /// failure changes nothing. Control thread.
  Outcome<> configure(const std::optional<AccessLogOptions>& options, const scrub::Options& scrub);

  /// Closes and opens the file again, which somebody has renamed; soon, on the log's thread. When that fails
  /// the old one stays. Any thread.
  void reopen();

  /// Writes what there is, at most for a second, and ends the thread. No worker may push any more.
  void stop();

  AccessLogStats stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::proxy
