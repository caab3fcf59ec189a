#include "capture-format/commands/capture_facts.hpp"
#include "capture-format/commands/console.hpp"
#include "capture-format/commands/key_arguments.hpp"
#include "capture-format/commands/registration.hpp"
#include "capture-format/reader/capture_paths.hpp"

#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

#include <CLI/CLI.hpp>

namespace understudy::capture {
namespace {

struct InfoOptions {
  std::vector<std::string> files;
  bool json = false;
  KeyOptions keys;
};

ExitCode run_info(const InfoOptions& options) {
  const auto keys = open_key_ring_or_environment(options.keys);
  if (!keys) return fail(ExitCode::usage, keys.error().message);
  ReaderOptions reading;
  reading.keys = *keys;
  Output output;
  bool damaged = false;
  bool first = true;
  std::string json = "{\"files\":[";
  const auto files = expand_capture_paths(options.files);
  if (!files) return fail(ExitCode::usage, files.error().message);
  for (const auto& path : *files) {
    auto reader = Reader::open(path, reading);
    if (!reader) return fail(ExitCode::usage, reader.error().message);
    Progress progress("reading " + path);
    const auto facts = gather_facts(path, std::move(*reader), progress);
    damaged = damaged || facts.damage.incidents != 0;
    if (options.json)
      json += (first ? "" : ",") + facts_as_json(facts);
    else
      output.write(facts_as_text(facts, isatty(STDOUT_FILENO) == 1));
    first = false;
  }
  if (options.json) output.write(json + "]}\n");
  const auto finished = output.finish();
  return finished == ExitCode::ok && damaged ? ExitCode::failed : finished;
}

}  // namespace

void add_info(CLI::App& capture, Run& run) {
  auto* command = capture.add_subcommand(
      "info", "Tell what capture files hold: times, counts, sizes, provenance, losses");
  auto options = std::make_shared<InfoOptions>();
  command->add_option("FILE", options->files, "Capture files, or directories of them; - is standard input")
      ->required();
  command->add_flag("--json", options->json, "One JSON object for programs");
  declare_keys(*command, options->keys);
  command->footer(
      "Time range, counts by status, method and endpoint, latency percentiles, sizes and ratio, what the "
      "scrubber "
      "did,\nwhat was lost and why, damage. Percentiles are at most 3 % too high.\n"
      "Examples:\n  understudy capture info shop.ucap.zst\n"
      "  understudy capture info --json shop.ucap.zst | jq '.files[0].latency_ns.p99 / 1e6'\n"
      "  understudy capture info --json captures/*.ucap.zst | jq '.files[].exchanges'\n"
      "\nExit codes: 0 read without damage, 1 damage found, 2 usage.");
  command->callback([options, &run] { run = [options] { return run_info(*options); }; });
}

}  // namespace understudy::capture
