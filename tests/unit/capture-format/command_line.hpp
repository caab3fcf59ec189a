// Runs `understudy capture ...` inside the test, with standard output and standard error caught.
#pragma once

#include "core/base/exit_code.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace understudy::capture::testing {

struct CommandResult {
  ExitCode code = ExitCode::ok;
  std::string out;
  std::string err;
};

CommandResult run_capture(std::vector<std::string> arguments);

/// Runs it by the system's shell; its exit code, -1 when a signal ended it.
int shell(const std::string& command);

/// A file of the data set beside the source tree, or nothing where it is absent.
std::optional<std::filesystem::path> data_file(const std::string& name);

}  // namespace understudy::capture::testing
