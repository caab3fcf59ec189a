// One function per sub-command: declares its options and stores what to run.
#pragma once

#include "core/base/exit_code.hpp"

#include <functional>

namespace CLI {
class App;
}

namespace understudy::capture {

using Run = std::function<ExitCode()>;

void add_info(CLI::App& capture, Run& run);
void add_verify(CLI::App& capture, Run& run);
void add_cat(CLI::App& capture, Run& run);
void add_import(CLI::App& capture, Run& run);
void add_export(CLI::App& capture, Run& run);
void add_recover(CLI::App& capture, Run& run);
void add_merge(CLI::App& capture, Run& run);
void add_compact(CLI::App& capture, Run& run);
void add_split(CLI::App& capture, Run& run);
void add_index(CLI::App& capture, Run& run);
void add_purge(CLI::App& capture, Run& run);
void add_keygen(CLI::App& capture, Run& run);
void add_rekey(CLI::App& capture, Run& run);

}  // namespace understudy::capture
