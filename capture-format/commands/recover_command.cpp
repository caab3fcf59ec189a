#include "capture-format/commands/console.hpp"
#include "capture-format/commands/output_options.hpp"
#include "capture-format/commands/registration.hpp"
#include "capture-format/convert/json_writer.hpp"
#include "capture-format/reader.hpp"
#include "capture-format/reader/chunk_check.hpp"
#include "capture-format/reader/frame_scanner.hpp"
#include "core/base/units.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace understudy::capture {
namespace {

struct RecoverOptions : OutputOptions {
  bool json = false;
};

/// What came over, and what did not.
struct Recovered {
  std::uint64_t chunks = 0;
  std::uint64_t exchanges = 0;
  Damage damage;
  bool interrupted = false;
};

/// Whole chunks that decode are copied byte by byte; nothing else is.
Outcome<Recovered> copy_whole_chunks(const std::string& path, FileWriter& writer) {
  auto source = open_file_source(path);
  if (!source) return source.error();
  FrameScanner scanner(std::move(*source), FrameScanner::Content::stored);
  if (auto begun = scanner.begin(path); !begun) return begun.error();
  Progress progress("recovering " + path);
  ChunkCheck check;
  Recovered recovered;
  for (auto event = scanner.next(); event != ScanEvent::end; event = scanner.next()) {
    progress.update(scanner.position(), scanner.size());
    if ((recovered.interrupted = interrupted())) break;
    if (event != ScanEvent::chunk) continue;
    if (const auto checked = check.check(scanner.chunk(), scanner.stored()); !checked) {
      scanner.note_lost_chunk(checked.error().message);
      continue;
    }
    if (auto copied = writer.copy_chunk(scanner.chunk(), scanner.stored(), check.routes()); !copied)
      return copied.error();
    ++recovered.chunks;
    recovered.exchanges += scanner.chunk().exchanges;
  }
  recovered.damage = scanner.damage();
  return recovered;
}

/// Nothing is called recovered that cannot be read back.
Outcome<> read_back(const std::string& path, std::uint64_t exchanges) {
  auto reader = Reader::open(path);
  if (!reader) return reader.error();
  while (reader->next() != nullptr) {
  }
  if (reader->damage().incidents != 0 || reader->totals().exchanges != exchanges)
    return Failure{fmt::format("{}: was written and cannot be read back whole", path)};
  return {};
}

std::string as_text(const Recovered& recovered, const RecoverOptions& options) {
  std::string text;
  const auto& damage = recovered.damage;
  for (const auto& note : damage.notes) text += fmt::format("{}: {}\n", options.inputs.front(), note);
  if (damage.incidents > damage.notes.size())
    text += fmt::format("... and {} more places\n", damage.incidents - damage.notes.size());
  text += fmt::format("wrote {}: {} exchanges in {} chunks\n", options.output,
                      format_count(recovered.exchanges), format_count(recovered.chunks));
  if (damage.incidents == 0) return text + "nothing was lost\n";
  return text + fmt::format("LOST {} chunks; {} of the file hold nothing that can be read\n",
                            format_count(damage.chunks_lost), format_size(damage.bytes_skipped));
}

std::string as_json(const Recovered& recovered, const RecoverOptions& options) {
  std::string text;
  JsonWriter json(text);
  const auto& damage = recovered.damage;
  json.begin_object().member("output", options.output).member("lossless", damage.incidents == 0);
  json.member("chunks", recovered.chunks).member("exchanges", recovered.exchanges);
  json.member("chunks_lost", damage.chunks_lost).member("bytes_skipped", damage.bytes_skipped);
  json.member("incidents", damage.incidents).key("damage").begin_array();
  for (const auto& note : damage.notes) json.value(note);
  json.end_array().end_object();
  return text + '\n';
}

ExitCode run_recover(const RecoverOptions& options) {
  const auto provenance = check_inputs(options);
  if (!provenance) return fail(ExitCode::usage, provenance.error().message);
  note_interrupts();
  auto writer = open_output(options, *provenance, "recover", std::size_t{1} << 20, 3);
  if (!writer) return fail(ExitCode::usage, writer.error().message);
  const auto recovered = copy_whole_chunks(options.inputs.front(), **writer);
  if (!recovered) return fail(ExitCode::usage, recovered.error().message);
  if (recovered->interrupted) return ExitCode::interrupted;
  if (const auto finished = (*writer)->finish(); !finished)
    return fail(ExitCode::usage, finished.error().message);
  if (const auto read = read_back(options.output, recovered->exchanges); !read)
    return fail(ExitCode::failed, read.error().message);
  Output output;
  output.write(options.json ? as_json(*recovered, options) : as_text(*recovered, options));
  const auto finished = output.finish();
  return finished == ExitCode::ok && recovered->damage.incidents != 0 ? ExitCode::failed : finished;
}

}  // namespace

void add_recover(CLI::App& capture, Run& run) {
  auto* command = capture.add_subcommand(
      "recover", "Write what is whole in a damaged or unsealed capture into a new, sealed file");
  auto options = std::make_shared<RecoverOptions>();
  options->declare(*command);
  command->get_option("FILE")->expected(1)->description(
      "A capture file, damaged, or *.part of a killed proxy");
  command->add_flag("--json", options->json, "One JSON object for programs");
  command->footer(
      "Chunks are copied byte by byte after every record of them was decoded; the result is read back.\n"
      "Examples:\n  understudy capture recover shop.ucap.zst.part --output shop.ucap.zst\n"
      "  understudy capture recover --json torn.ucap.zst -o whole.ucap.zst | jq .chunks_lost\n"
      "\nExit codes: 0 nothing was lost, 1 something was (each place is named), 2 usage, 130 interrupted.");
  command->callback([options, &run] { run = [options] { return run_recover(*options); }; });
}

}  // namespace understudy::capture
