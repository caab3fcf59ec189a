#include "capture-format/commands/commands.hpp"

#include "capture-format/commands/registration.hpp"

#include <CLI/CLI.hpp>

namespace understudy::capture {

void add_commands(CLI::App& capture, std::function<ExitCode()>& run) {
  add_info(capture, run);
  add_verify(capture, run);
  add_cat(capture, run);
  add_import(capture, run);
  add_export(capture, run);
  add_recover(capture, run);
  add_merge(capture, run);
  add_compact(capture, run);
  add_split(capture, run);
  add_index(capture, run);
  add_purge(capture, run);
  add_keygen(capture, run);
  add_rekey(capture, run);
}

}  // namespace understudy::capture
