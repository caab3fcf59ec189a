#include "capture-format/commands/console.hpp"

#include "core/base/one_line.hpp"
#include "core/base/units.hpp"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <signal.h>
#include <unistd.h>

#include <fmt/format.h>

namespace understudy::capture {
namespace {

constexpr std::size_t kOutputBytes = 64 * 1024;
constexpr auto kQuietTime = std::chrono::seconds(1);
constexpr auto kUpdateInterval = std::chrono::milliseconds(200);

std::atomic<bool> interrupt_noted{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void on_interrupt(int) { interrupt_noted.store(true, std::memory_order_relaxed); }

}  // namespace

ExitCode fail(ExitCode code, std::string_view message) {
  std::fputs(fmt::format("understudy: {}\n", one_line(message)).c_str(), stderr);
  return code;
}

Outcome<> check_output_is_no_input(const std::string& output, const std::vector<std::string>& inputs) {
  for (const auto& input : inputs) {
    std::error_code missing;  // of either: then they are not the same
    if (std::filesystem::equivalent(output, input, missing) && !missing)
      return Failure{fmt::format("{}: is an input too: give another output", output)};
  }
  return {};
}

Output::Output() { signal(SIGPIPE, SIG_IGN); }

bool Output::write(std::string_view text) {
  pending_ += text;
  return pending_.size() < kOutputBytes || flush();
}

bool Output::flush() {
  std::string_view rest(pending_);
  while (error_ == 0 && !rest.empty()) {
    const auto written = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) error_ = errno;
    if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
  }
  pending_.clear();
  return error_ == 0;
}

ExitCode Output::finish() {
  flush();
  if (error_ == 0 || error_ == EPIPE) return ExitCode::ok;
  return fail(ExitCode::usage, fmt::format("cannot write to standard output: {}", std::strerror(error_)));
}

Progress::Progress(std::string_view what)
    : what_(what), terminal_(isatty(STDERR_FILENO) == 1), begun_(Monotonic::now()), last_(begun_) {}

Progress::~Progress() {
  if (shown_) std::fputs("\r\033[K", stderr);
}

void Progress::update(std::uint64_t done, std::uint64_t of) {
  if (!terminal_ || of == 0 || done == 0) return;
  const auto now = Monotonic::now();
  if (now - begun_ < kQuietTime || now - last_ < kUpdateInterval) return;
  last_ = now;
  shown_ = true;
  const double share = static_cast<double>(done) / static_cast<double>(of);
  const auto left =
      std::chrono::duration_cast<std::chrono::nanoseconds>((now - begun_) * ((1 - share) / share));
  std::fputs(fmt::format("\r\033[K{} {:.0f}%, {} left", what_, share * 100, format_duration(left)).c_str(),
             stderr);
}

void note_interrupts() {
  struct sigaction action{};
  action.sa_handler = on_interrupt;  // without SA_RESTART: a blocked read ends
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() noexcept { return interrupt_noted.load(std::memory_order_relaxed); }

}  // namespace understudy::capture
