// `understudy proxy ...`: adds the sub-command to the program's command line.
#pragma once

#include "core/base/exit_code.hpp"

#include <functional>

namespace CLI {
class App;
}

namespace understudy::proxy {

/// Registers `proxy`. When it is chosen, `run` is set; the caller invokes it after parsing. It prints to
/// stdout and stderr and returns the exit code.
void add_command(CLI::App& app, std::function<ExitCode()>& run);

}  // namespace understudy::proxy
