#include "capture-format/commands/console.hpp"
#include "capture-format/commands/key_arguments.hpp"
#include "capture-format/commands/registration.hpp"
#include "capture-format/commands/text_file.hpp"
#include "capture-format/convert/exporter.hpp"
#include "capture-format/convert/json_writer.hpp"
#include "capture-format/reader.hpp"
#include "core/base/units.hpp"

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace understudy::capture {
namespace {

struct ExportOptions {
  std::vector<std::string> files;
  std::string format;
  std::string output;
  bool allow_unscrubbed = false;
  bool force = false;
  bool json = false;
  KeyOptions keys;
};

/// Before anything is written: all files can be read, and none holds what must not leave.
ExitCode check_inputs(const ExportOptions& options) {
  for (const auto& path : options.files) {
    const auto unscrubbed = contains_unscrubbed(path);
    if (!unscrubbed) return fail(ExitCode::usage, unscrubbed.error().message);
    if (*unscrubbed && !options.allow_unscrubbed)
      return fail(ExitCode::usage,
                  fmt::format("{}: holds unscrubbed traffic (or its header does not say otherwise); "
                              "--allow-unscrubbed exports it all the same",
                              path));
  }
  return ExitCode::ok;
}

std::string as_text(const ExportReport& report) {
  auto text = fmt::format("exported {} of {} exchanges\n", format_count(report.written),
                          format_count(report.exchanges));
  for (const auto& [reason, count] : report.left_out)
    text += fmt::format("  left out {}: {}\n", format_count(count), reason);
  for (const auto& [what, count] : report.losses)
    text += fmt::format("  lost in {}: {}\n", format_count(count), what);
  return text;
}

std::string as_json(const ExportReport& report, const ExportOptions& options,
                    const std::vector<std::string>& damage) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().member("format", options.format).member("output", options.output);
  json.member("exchanges", report.exchanges).member("exported", report.written);
  json.object("left_out", report.left_out).object("losses", report.losses);
  json.array("damage", damage).end_object();
  return text + '\n';
}

/// On stderr, where standard output is the export; silent there when nothing was lost.
void tell(const ExportReport& report, const ExportOptions& options, const std::vector<std::string>& damage) {
  if (options.output.empty() && !options.json && report.left_out.empty() && report.losses.empty()) return;
  const auto text = options.json ? as_json(report, options, damage) : as_text(report);
  std::fputs(text.c_str(), options.json && !options.output.empty() ? stdout : stderr);
}

ExitCode run_export(const ExportOptions& options) {
  if (const auto checked = check_inputs(options); checked != ExitCode::ok) return checked;
  if (auto separate = check_output_is_no_input(options.output, options.files); !separate)
    return fail(ExitCode::usage, separate.error().message);
  const auto keys = open_key_ring_or_environment(options.keys);
  if (!keys) return fail(ExitCode::usage, keys.error().message);
  ReaderOptions reading;
  reading.keys = *keys;
  note_interrupts();
  auto output = TextFile::open(options.output, options.force);
  if (!output) return fail(ExitCode::usage, output.error().message);
  std::vector<std::string> damage;
  bool damaged = false;
  const auto exporter = make_exporter(options.format);
  bool wanted = (*output)->write(exporter->prologue());
  std::string text;
  for (const auto& path : options.files) {
    auto reader = Reader::open(path, reading);
    if (!reader) return fail(ExitCode::usage, reader.error().message);
    Progress progress("exporting " + path);
    while (const auto* exchange = wanted && !interrupted() ? reader->next() : nullptr) {
      if (reader->info().contains_unscrubbed && !options.allow_unscrubbed)
        return fail(ExitCode::usage, fmt::format("{}: holds unscrubbed traffic", path));
      text.clear();
      exporter->append(text, *exchange);
      wanted = (*output)->write(text);
      progress.update(reader->totals().position, reader->totals().file_bytes);
    }
    if (interrupted()) return ExitCode::interrupted;
    for (const auto& note : reader->damage().notes) fail(ExitCode::failed, fmt::format("{}: {}", path, note));
    damaged = damaged || reader->damage().incidents != 0;
    for (const auto& note : reader->damage().notes) damage.push_back(fmt::format("{}: {}", path, note));
  }
  (*output)->write(exporter->epilogue());
  const auto finished = (*output)->finish();
  tell(exporter->report(), options, damage);
  return finished == ExitCode::ok && damaged ? ExitCode::failed : finished;
}

}  // namespace

void add_export(CLI::App& capture, Run& run) {
  auto* command = capture.add_subcommand("export", "Write the exchanges of capture files in another format");
  auto options = std::make_shared<ExportOptions>();
  command->add_option("CAPTURE", options->files, "Capture files")->required();
  command->add_option("--to", options->format, "Format of the output")
      ->required()
      ->check(CLI::IsMember(std::vector<std::string>(kExportFormats.begin(), kExportFormats.end())));
  command->add_option("--output,-o", options->output, "The file to write; without it, standard output");
  command->add_flag("--allow-unscrubbed", options->allow_unscrubbed,
                    "Also export files that hold unscrubbed traffic");
  command->add_flag("--force", options->force, "Replace an existing output file");
  command->add_flag("--json", options->json,
                    "The report as one JSON object: on standard output with --output, else on stderr");
  declare_keys(*command, options->keys);
  command->footer(
      "Examples:\n  understudy capture export --to har shop.ucap.zst --output shop.har\n"
      "  understudy capture export --to har shop.ucap.zst | jq '.log.entries | length'\n"
      "  understudy capture export --to gor --json shop.ucap.zst -o shop.gor | jq .losses\n"
      "  understudy capture export --to csv shop.ucap.zst -o shop.csv\n"
      "  understudy capture export --to curl --allow-unscrubbed raw.ucap.zst | sh\n"
      "What a format cannot say is counted on stderr. The output is plain, also of encrypted captures.\n"
      "\nExit codes: 0 exported, 1 exported what damage has left, 2 usage, 130 interrupted.");
  command->callback([options, &run] { run = [options] { return run_export(*options); }; });
}

}  // namespace understudy::capture
