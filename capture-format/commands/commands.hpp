// `understudy capture ...`: adds the sub-commands to the program's command line.
#pragma once

#include "core/base/exit_code.hpp"

#include <functional>

namespace CLI {
class App;
}

namespace understudy::capture {

/// Registers every sub-command below `capture`. The chosen command is stored in `run`, which
/// the caller invokes after parsing; it prints to stdout and stderr and returns the exit code.
void add_commands(CLI::App& capture, std::function<ExitCode()>& run);

}  // namespace understudy::capture
