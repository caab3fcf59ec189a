#include "tests/unit/capture-format/command_line.hpp"

#include "capture-format/commands/commands.hpp"
#include "tests/unit/capture-format/sample_exchange.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <functional>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

namespace understudy::capture::testing {
namespace {

/// Sends a descriptor to a file for as long as it lives.
class Redirection {
 public:
  Redirection(int descriptor, const std::filesystem::path& path)
      : descriptor_(descriptor), saved_(dup(descriptor)) {
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    dup2(file, descriptor_);
    close(file);
  }
  ~Redirection() {
    dup2(saved_, descriptor_);
    close(saved_);
  }
  Redirection(const Redirection&) = delete;
  Redirection& operator=(const Redirection&) = delete;

 private:
  int descriptor_;
  int saved_;
};

}  // namespace

CommandResult run_capture(std::vector<std::string> arguments) {
  const TemporaryDirectory directory;
  CommandResult result;
  std::fflush(nullptr);
  {
    const Redirection out(STDOUT_FILENO, directory.path() / "out");
    const Redirection err(STDERR_FILENO, directory.path() / "err");
    CLI::App app;
    std::function<ExitCode()> run;
    add_commands(app, run);
    app.require_subcommand(1);
    std::reverse(arguments.begin(), arguments.end());
    try {
      app.parse(arguments);
      result.code = run();
    } catch (const CLI::ParseError& error) {
      result.code = ExitCode::usage;
      std::fputs(error.what(), stderr);
    }
    std::fflush(nullptr);
  }
  result.out = read_file(directory.path() / "out");
  result.err = read_file(directory.path() / "err");
  return result;
}

int shell(const std::string& command) {
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::optional<std::filesystem::path> data_file(const std::string& name) {
  const char* directory = std::getenv("UNDERSTUDY_DATA");
  const char* source = std::getenv("UNDERSTUDY_SOURCE");
  const auto base = directory != nullptr
                        ? std::filesystem::path(directory)
                        : std::filesystem::path(source != nullptr ? source : ".") / "../shared/data";
  const auto path = base / name;
  return std::filesystem::exists(path) ? std::optional(path) : std::nullopt;
}

}  // namespace understudy::capture::testing
