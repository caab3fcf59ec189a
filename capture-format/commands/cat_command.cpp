#include "capture-format/commands/console.hpp"
#include "capture-format/commands/exchange_line.hpp"
#include "capture-format/commands/registration.hpp"
#include "capture-format/convert/ndjson_export.hpp"
#include "capture-format/reader.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace understudy::capture {
namespace {

struct CatOptions {
  std::vector<std::string> files;
  bool json = false;
  std::uint64_t limit = 0;
};

ExitCode run_cat(const CatOptions& options) {
  Output output;
  bool damaged = false;
  std::uint64_t left = options.limit != 0 ? options.limit : UINT64_MAX;
  for (const auto& path : options.files) {
    auto reader = Reader::open(path);
    if (!reader) {
      output.finish();
      return fail(ExitCode::usage, reader.error().message);
    }
    bool wanted = left != 0;
    while (const auto* exchange = wanted ? reader->next() : nullptr) {
      wanted = output.write(options.json ? exchange_as_json(*exchange) : exchange_as_line(*exchange)) &&
               --left != 0;
    }
    for (const auto& note : reader->damage().notes) fail(ExitCode::failed, fmt::format("{}: {}", path, note));
    damaged = damaged || reader->damage().incidents != 0;
  }
  const auto finished = output.finish();
  return finished == ExitCode::ok && damaged ? ExitCode::failed : finished;
}

}  // namespace

void add_cat(CLI::App& capture, Run& run) {
  auto* command = capture.add_subcommand("cat", "Print the exchanges of capture files, one line each");
  auto options = std::make_shared<CatOptions>();
  command->add_option("FILE", options->files, "Capture files")->required();
  command->add_flag("--json", options->json,
                    "One JSON object a line, with headers and bodies (base64 when binary)");
  command->add_option("--limit", options->limit, "Stop after this many exchanges")
      ->check(CLI::PositiveNumber);
  command->footer(
      "Examples:\n  understudy capture cat --limit 20 shop.ucap.zst\n"
      "  understudy capture cat --json shop.ucap.zst | jq -r 'select(.response.status >= 500) | "
      ".request.target'\n"
      "\nExit codes: 0 read without damage, 1 damage found (told on stderr), 2 usage.");
  command->callback([options, &run] { run = [options] { return run_cat(*options); }; });
}

}  // namespace understudy::capture
