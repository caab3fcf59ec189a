#include "capture-format/crypto/child_process.hpp"

#include "capture-format/crypto/secret_key.hpp"
#include "core/base/clock.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>
#include <openssl/crypto.h>

namespace understudy::capture {
namespace {

constexpr std::size_t kComplaintBytesMax = 200;
constexpr auto kReapInterval = std::chrono::milliseconds(2);

class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) ends_ = {-1, -1};
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_end(0);
    close_end(1);
  }

  bool is_open() const noexcept { return ends_[0] >= 0; }
  int read_end() const noexcept { return ends_[0]; }
  int write_end() const noexcept { return ends_[1]; }
  void close_read_end() noexcept { close_end(0); }
  void close_write_end() noexcept { close_end(1); }

 private:
  void close_end(std::size_t end) noexcept {
    if (ends_[end] >= 0) close(ends_[end]);
    ends_[end] = -1;
  }

  std::array<int, 2> ends_{-1, -1};
};

/// One child from start to end: killed, if it still runs, and reaped.
class Child {
 public:
  Child(const std::vector<std::string>& arguments, const ChildLimits& limits)
      : arguments_(arguments), limits_(limits), deadline_(Monotonic::now() + limits.time) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (process_ <= 0) return;
    kill(-process_, SIGKILL);
    int status = 0;
    while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
  }

  Outcome<std::string> run(std::string_view input) {
    if (auto started = start(input); !started) return started.error();
    std::string printed;
    if (auto collected = collect(printed); !collected) {
      cleanse(printed);
      return collected.error();
    }
    if (auto ended = reap(); !ended) {
      cleanse(printed);
      return ended.error();
    }
    return {boost::system::in_place_value, std::move(printed)};
  }

 private:
  Failure failure(std::string_view what) const {
    return Failure{fmt::format("key command {}: {}", arguments_.front(), what)};
  }

  Outcome<> start(std::string_view input) {
    if (!in_.is_open() || !out_.is_open() || !complaints_.is_open())
      return failure("no descriptors are left for it");
    // Before it runs: what a pipe holds at once needs nobody who reads, and cannot break.
    if (input.size() > limits_.input_bytes ||
        write(in_.write_end(), input.data(), input.size()) != static_cast<ssize_t>(input.size()))
      return failure("its input is too large");
    in_.close_write_end();

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in_.read_end(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out_.write_end(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, complaints_.write_end(), STDERR_FILENO);
    // A group of its own, so that what it starts goes with it; signals as in a fresh process.
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    std::vector<char*> argv;
    for (const auto& argument : arguments_) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    const int error = posix_spawnp(&process_, argv.front(), &actions, &attributes, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error != 0) {
      process_ = 0;
      return failure(
          fmt::format("cannot be started: {}",
                      boost::system::error_code(error, boost::system::system_category()).message()));
    }
    in_.close_read_end();
    out_.close_write_end();
    complaints_.close_write_end();
    return {};
  }

  /// Until it has closed its output. What it says on standard error is kept as far as a message shows it.
  Outcome<> collect(std::string& printed) {
    printed.reserve(limits_.output_bytes + 1);
    std::array<pollfd, 2> sources{pollfd{out_.read_end(), POLLIN, 0},
                                  pollfd{complaints_.read_end(), POLLIN, 0}};
    while (sources[0].fd >= 0) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Monotonic::now());
      if (left.count() <= 0) return took_too_long();
      if (poll(sources.data(), sources.size(), static_cast<int>(left.count())) < 0 && errno != EINTR)
        return failure("cannot be waited for");
      if (sources[0].revents != 0 && !take(sources[0], printed, limits_.output_bytes + 1))
        return failure(fmt::format("prints more than {} bytes", limits_.output_bytes));
      if (sources[1].revents != 0) take(sources[1], complaint_, kComplaintBytesMax);
    }
    return {};
  }

  /// False when it got more than `most`, at most one byte of which is kept.
  static bool take(pollfd& source, std::string& into, std::size_t most) {
    std::array<char, 512> piece;
    const auto got = read(source.fd, piece.data(), piece.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return true;
    if (got <= 0) {
      source.fd = -1;
      return true;
    }
    const auto kept = std::min(static_cast<std::size_t>(got), most - std::min(most, into.size()));
    into.append(piece.data(), kept);
    OPENSSL_cleanse(piece.data(), piece.size());
    return into.size() < most;
  }

  Outcome<> reap() {
    int status = 0;
    while (true) {
      const auto ended = waitpid(process_, &status, WNOHANG);
      if (ended == process_) break;
      if (ended < 0 && errno != EINTR) return failure("cannot be waited for");
      if (Monotonic::now() >= deadline_) return took_too_long();
      poll(nullptr, 0, static_cast<int>(kReapInterval.count()));
    }
    process_ = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
    const auto how = WIFEXITED(status) ? fmt::format("ended with code {}", WEXITSTATUS(status))
                                       : fmt::format("was ended by signal {}", WTERMSIG(status));
    const auto said = complaint();
    return failure(said.empty() ? how : fmt::format("{}: {}", how, said));
  }

  Failure took_too_long() const {
    return failure(fmt::format("took longer than {} s", std::chrono::duration<double>(limits_.time).count()));
  }

  /// The first line, without what could steer a terminal.
  std::string complaint() {
    pollfd source{complaints_.read_end(), POLLIN, 0};
    while (source.fd >= 0 && complaint_.size() < kComplaintBytesMax && poll(&source, 1, 0) > 0)
      take(source, complaint_, kComplaintBytesMax);
    auto line = complaint_.substr(0, complaint_.find('\n'));
    std::replace_if(line.begin(), line.end(), [](unsigned char c) { return c < ' ' || c == 127; }, ' ');
    return line;
  }

  const std::vector<std::string>& arguments_;
  const ChildLimits& limits_;
  Monotonic::time_point deadline_;
  Pipe in_;
  Pipe out_;
  Pipe complaints_;
  std::string complaint_;
  pid_t process_ = 0;
};

}  // namespace

Outcome<std::string> run_child(const std::vector<std::string>& arguments, std::string_view input,
                               const ChildLimits& limits) {
  return Child(arguments, limits).run(input);
}

}  // namespace understudy::capture
