#include "capture-format/commands/console.hpp"
#include "capture-format/commands/key_arguments.hpp"
#include "capture-format/commands/registration.hpp"
#include "capture-format/convert/importer.hpp"
#include "capture-format/convert/json_writer.hpp"
#include "core/base/units.hpp"
#include "core/sections/local_key.hpp"
#include "core/sections/sections.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace understudy::capture {
namespace {

struct ImportOptions {
  std::vector<std::string> inputs;
  std::string format;
  std::string output;
  std::string service = "import";
  std::string key_file;
  bool allow_unscrubbed = false;
  bool force = false;
  bool json = false;
  KeyOptions capture_keys;
  bool encrypt = false;
};

std::string report_as_text(const ImportReport& report, const FileWriterTotals& totals,
                           const ImportOptions& options) {
  auto text = fmt::format("read {}, imported {}, refused {}\n", format_count(report.read),
                          format_count(report.imported), format_count(report.refused_total()));
  for (const auto& [reason, count] : report.refused)
    text += fmt::format("  refused {}: {}\n", format_count(count), reason);
  text += fmt::format("repaired {} of the imported\n", format_count(report.repaired));
  for (const auto& [repair, count] : report.repairs)
    text += fmt::format("  {}: {}\n", repair, format_count(count));
  text += options.allow_unscrubbed
              ? std::string("NOT scrubbed: replay and export of this file want --allow-unscrubbed too\n")
              : fmt::format("scrubbed: {} redactions; {} exchanges lost a body that could not be scrubbed\n",
                            format_count(report.redactions), format_count(report.bodies_removed));
  return text + fmt::format("wrote {}: {} exchanges in {} chunks, {} (raw {})\n", options.output,
                            format_count(totals.exchanges), format_count(totals.chunks),
                            format_size(totals.stored_bytes), format_size(totals.raw_bytes));
}

std::string report_as_json(const ImportReport& report, const FileWriterTotals& totals,
                           const ImportOptions& options) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().member("read", report.read).member("imported", report.imported);
  json.member("refused", report.refused_total()).member("repaired", report.repaired);
  json.object("refused_by_reason", report.refused).object("repairs_by_kind", report.repairs);
  json.member("scrubbed", !options.allow_unscrubbed).member("redactions", report.redactions);
  json.member("bodies_removed", report.bodies_removed).member("output", options.output);
  json.member("chunks", totals.chunks).member("raw_bytes", totals.raw_bytes);
  json.member("stored_bytes", totals.stored_bytes).end_object();
  return text + '\n';
}

/// Empty: go on.
std::optional<ExitCode> import_input(const std::string& path, Importer& importer) {
  auto text = read_input(path);
  if (interrupted()) return ExitCode::interrupted;
  if (!text) return fail(ExitCode::usage, text.error().message);
  Progress progress("importing " + path);
  const auto imported = importer.import(*std::move(text), [&progress](std::uint64_t done, std::uint64_t of) {
    progress.update(done, of);
    return !interrupted();
  });
  if (interrupted()) return ExitCode::interrupted;
  if (!imported) return fail(ExitCode::usage, fmt::format("{}: {}", path, imported.error().message));
  return std::nullopt;
}

ExitCode run_import(const ImportOptions& options) {
  std::optional<scrub::Scrubber> scrubber;
  if (!options.allow_unscrubbed) {
    scrub::Options scrub_options;
    const auto key = options.key_file.empty() ? Outcome<scrub::Key>(sections::local_key())
                                              : sections::load_key_file(options.key_file);
    if (!key) return fail(ExitCode::usage, key.error().message);
    scrub_options.key = *key;
    scrubber.emplace(scrub_options);
  }
  if (auto separate = check_output_is_no_input(options.output, options.inputs); !separate)
    return fail(ExitCode::usage, separate.error().message);
  auto capture_keys = Outcome<KeyRingPtr>(KeyRingPtr());
  if (options.encrypt || options.capture_keys.given()) {
    capture_keys = open_key_ring_or_environment(options.capture_keys);
    if (!capture_keys) return fail(ExitCode::usage, capture_keys.error().message);
    if (*capture_keys == nullptr)
      return fail(ExitCode::usage, "--encrypt: needs --capture-key-file or --capture-key-command");
  }
  note_interrupts();
  FileWriterOptions file;
  file.keys = *capture_keys;
  file.output = options.output;
  file.overwrite = options.force;
  file.service = options.service;
  file.source = "import " + options.format;
  file.scrub_policy = scrubber ? scrubber->policy_id() : 0;
  file.contains_unscrubbed = options.allow_unscrubbed;
  auto writer = FileWriter::open(file);
  if (!writer) return fail(ExitCode::usage, writer.error().message);
  ImportSink sink(**writer, scrubber ? &*scrubber : nullptr);
  const auto importer = make_importer(options.format, sink);
  for (const auto& input : options.inputs)
    if (const auto ended = import_input(input, *importer)) return *ended;
  const auto& report = sink.report();
  if (report.imported == 0 && report.refused_total() != 0)
    return fail(ExitCode::usage,
                fmt::format("{}: none of the {} entries can be imported: {}", options.inputs.front(),
                            format_count(report.read), report.refused.begin()->first));
  const auto totals = (*writer)->finish();
  if (!totals) return fail(ExitCode::usage, totals.error().message);
  Output output;
  output.write((options.json ? report_as_json : report_as_text)(report, *totals, options));
  return output.finish();
}

}  // namespace

void add_import(CLI::App& capture, Run& run) {
  auto* command = capture.add_subcommand("import", "Make a capture file of recordings in another format");
  auto options = std::make_shared<ImportOptions>();
  command->add_option("INPUT", options->inputs, "Files, plain or .gz or .zst; - is standard input")
      ->required();
  command->add_option("--from", options->format, "Format of the inputs")
      ->required()
      ->check(CLI::IsMember(std::vector<std::string>(kImportFormats.begin(), kImportFormats.end())));
  command->add_option("--output,-o", options->output, "The capture file to write (*.ucap.zst)")->required();
  command->add_option("--service", options->service, "Name of the recorded service, for the file's header");
  command->add_option("--key-file", options->key_file,
                      "Scrubbing key (32 bytes or 64 hex digits) instead of this user's own: the same key "
                      "gives the same tokens");
  command->add_flag("--allow-unscrubbed", options->allow_unscrubbed,
                    "Keep every byte; the file is marked as unscrubbed");
  command->add_flag("--force", options->force, "Replace an existing output file");
  command->add_flag("--json", options->json, "The report as one JSON object");
  declare_keys(*command, options->capture_keys, KeyNames::long_one);
  declare_key_id(*command, options->capture_keys, KeyNames::long_one);
  command->add_flag(
      "--encrypt", options->encrypt,
      "Encrypt the capture with the key of the environment; --capture-key-file encrypts by itself");
  command->footer(
      "Traffic is scrubbed as the proxy scrubs it. The report accounts for every entry.\n"
      "Examples:\n  understudy capture import --from har browser.har --output browser.ucap.zst\n"
      "  understudy capture import --from har --key-file scrub.key a.har.gz b.har.zst -o both.ucap.zst\n"
      "  understudy capture import --from gor 'requests_0.gor.gz' -o requests.ucap.zst\n"
      "  understudy capture import --from mitmproxy-har dump.har -o dump.ucap.zst\n"
      "  understudy capture import --from access-log /var/log/nginx/access.log.1.gz -o log.ucap.zst\n"
      "  curl -s https://example.org/x.har | understudy capture import --from har - -o x.ucap.zst\n"
      "\nExit codes: 0 imported, 2 usage or malformed input (no file is left), 130 interrupted.");
  command->callback([options, &run] { run = [options] { return run_import(*options); }; });
}

}  // namespace understudy::capture
