#include "core/telemetry/log.hpp"
#include "proxy/admin/metrics.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

namespace understudy::proxy {
namespace {

const auto process_started = std::chrono::system_clock::now();
const auto clock_at_start = std::chrono::steady_clock::now();

double cpu_seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  statm >> total >> resident;
  return statm ? static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)) : 0;
}

double open_descriptors() {
  std::error_code error;
  double count = 0;
  for (std::filesystem::directory_iterator at("/proc/self/fd", error), end; !error && at != end;
       at.increment(error))
    ++count;
  return count;
}

}  // namespace

void add_process_metrics(telemetry::MetricSet& metrics) {
  metrics.gauge("understudy_build_info", "Always 1; the label says which build this is.")
      .add({{"version", UNDERSTUDY_VERSION}}, 1);
  metrics.gauge("understudy_uptime_seconds", "Since the start of the process.")
      .add(std::chrono::duration<double>(std::chrono::steady_clock::now() - clock_at_start).count());
  metrics
      .counter("understudy_log_dropped_total", "Lines of the process log dropped because stderr took none.")
      .add(static_cast<double>(telemetry::log_lines_dropped()));
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  metrics.counter("process_cpu_seconds_total", "User and system CPU time.")
      .add(cpu_seconds(usage.ru_utime) + cpu_seconds(usage.ru_stime));
  metrics.gauge("process_resident_memory_bytes", "Resident memory.").add(resident_bytes());
  metrics.gauge("process_open_fds", "Open file descriptors.").add(open_descriptors());
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  metrics.gauge("process_max_fds", "Limit of open file descriptors.")
      .add(static_cast<double>(limit.rlim_cur));
  metrics.gauge("process_start_time_seconds", "Start of the process, since 1970.")
      .add(std::chrono::duration<double>(process_started.time_since_epoch()).count());
}

}  // namespace understudy::proxy
