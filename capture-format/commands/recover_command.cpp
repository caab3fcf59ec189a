#include "capture-format/commands/console.hpp"
#include "capture-format/commands/output_options.hpp"
#include "capture-format/commands/registration.hpp"
#include "capture-format/commands/sealed_recovery.hpp"
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

/// Whole chunks that decode are copied byte by byte; nothing else is.
Outcome<Recovered> copy_whole_chunks(const std::string& path, const KeyRingPtr& keys, FileWriter& writer) {
  auto source = open_file_source(path);
  if (!source) return source.error();
  FrameScanner scanner(std::move(*source), FrameScanner::Content::stored);
  scanner.use_keys(keys);
  if (auto begun = scanner.begin(path); !begun) return begun.error();
  Progress progress("recovering " + path);
  ChunkCheck check;
  Recovered recovered;
  for (auto event = scanner.next(); event != ScanEvent::end; event = scanner.next()) {
    progress.update(scanner.position(), scanner.size());
    if ((recovered.interrupted = interrupted())) break;
    if (event != ScanEvent::chunk) continue;
    if (const auto checked = check.check(scanner.chunk(), scanner.stored(), scanner.file().opener.get());
        !checked) {
      scanner.note_lost_chunk(checked.error().message);
      continue;
    }
    if (auto copied = writer.copy_chunk(scanner.chunk(), check.frame(), check.routes()); !copied)
      return copied.error();
    ++recovered.chunks;
    recovered.exchanges += scanner.chunk().exchanges;
  }
  recovered.damage = scanner.damage();
  return recovered;
}

/// Nothing is called recovered that cannot be read back.
Outcome<> read_back(const std::string& path, const KeyRingPtr& keys, std::uint64_t exchanges) {
  ReaderOptions reading;
  reading.keys = keys;
  auto reader = Reader::open(path, reading);
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
  if (recovered.still_sealed)
    text +=
        "still encrypted: frames were copied by their checksums alone; recover again when the key is there\n";
  if (damage.incidents == 0) return text + "nothing was lost\n";
  if (damage.chunks_lost == 0 && damage.bytes_skipped == 0) return text + "no chunk is known to be lost\n";
  return text + fmt::format("LOST {} chunks; {} of the file hold nothing that can be read\n",
                            format_count(damage.chunks_lost), format_size(damage.bytes_skipped));
}

std::string as_json(const Recovered& recovered, const RecoverOptions& options) {
  std::string text;
  JsonWriter json(text);
  const auto& damage = recovered.damage;
  json.begin_object().member("output", options.output).member("lossless", damage.incidents == 0);
  json.member("still_encrypted", recovered.still_sealed);
  json.member("chunks", recovered.chunks).member("exchanges", recovered.exchanges);
  json.member("chunks_lost", damage.chunks_lost).member("bytes_skipped", damage.bytes_skipped);
  json.member("incidents", damage.incidents).array("damage", damage.notes).end_object();
  return text + '\n';
}

ExitCode tell(const Recovered& recovered, const RecoverOptions& options) {
  Output output;
  output.write(options.json ? as_json(recovered, options) : as_text(recovered, options));
  const auto finished = output.finish();
  return finished == ExitCode::ok && recovered.damage.incidents != 0 ? ExitCode::failed : finished;
}

/// Without the key: whole frames, still encrypted.
ExitCode run_sealed_recovery(const RecoverOptions& options) {
  if (auto separate = check_output_is_no_input(options.output, options.inputs); !separate)
    return fail(ExitCode::usage, separate.error().message);
  note_interrupts();
  const auto recovered = copy_sealed_frames(options.inputs.front(), options.output, options.force);
  if (!recovered) return fail(ExitCode::usage, recovered.error().message);
  if (recovered->interrupted) return ExitCode::interrupted;
  return tell(*recovered, options);
}

ExitCode run_recover(const RecoverOptions& options) {
  const auto headers = read_headers(options.inputs.front());
  if (!headers) return fail(ExitCode::usage, headers.error().message);
  const auto keys = open_writing_keys(options, headers->encrypted, headers->key_id);
  if (!keys) return fail(ExitCode::usage, keys.error().message);
  if (headers->encrypted && keys->reading == nullptr) return run_sealed_recovery(options);
  const auto provenance = check_inputs(options);
  if (!provenance) return fail(ExitCode::usage, provenance.error().message);
  note_interrupts();
  auto writer = open_output(options, *provenance, "recover", std::size_t{1} << 20, 3);
  if (!writer) return fail(ExitCode::usage, writer.error().message);
  const auto recovered = copy_whole_chunks(options.inputs.front(), provenance->reading, **writer);
  if (!recovered) return fail(ExitCode::usage, recovered.error().message);
  if (recovered->interrupted) return ExitCode::interrupted;
  if (const auto finished = (*writer)->finish(); !finished)
    return fail(ExitCode::usage, finished.error().message);
  if (const auto read = read_back(options.output, provenance->reading, recovered->exchanges); !read)
    return fail(ExitCode::failed, read.error().message);
  return tell(*recovered, options);
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
      "Of an encrypted file, without its key, the whole frames are copied as they are.\n"
      "Examples:\n  understudy capture recover shop.ucap.zst.part --output shop.ucap.zst\n"
      "  understudy capture recover --json torn.ucap.zst -o whole.ucap.zst | jq .chunks_lost\n"
      "\nExit codes: 0 nothing was lost, 1 something was (each place is named), 2 usage, 130 interrupted.");
  command->callback([options, &run] { run = [options] { return run_recover(*options); }; });
}

}  // namespace understudy::capture
