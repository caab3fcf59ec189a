#include "capture-format/commands/console.hpp"
#include "capture-format/commands/output_options.hpp"
#include "capture-format/commands/registration.hpp"
#include "capture-format/merge/time_sorter.hpp"
#include "capture-format/reader.hpp"
#include "core/base/content_hash.hpp"
#include "core/base/units.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace understudy::capture {
namespace {

struct MergeOptions : OutputOptions {
  std::string source;  ///< "merge" or "compact"
  std::size_t chunk_bytes = std::size_t{1} << 20;
  int level = 3;
};

/// Numbers of two files may be the same and mean different things: those of every file but the first are
/// mixed with its uuid.
class Renumbering {
 public:
  Renumbering(std::size_t file, const std::string& uuid) : salt_(file == 0 ? 0 : content_hash(uuid)) {}

  std::uint64_t operator()(std::uint64_t number) const noexcept {
    if (salt_ == 0) return number;
    // The finalizer of MurmurHash3: a bijection, so numbers of one file stay distinct.
    auto mixed = number ^ salt_;
    mixed = (mixed ^ mixed >> 33) * 0xff51afd7ed558ccdU;
    mixed = (mixed ^ mixed >> 33) * 0xc4ceb9fe1a85ec53U;
    return mixed ^ mixed >> 33;
  }

 private:
  std::uint64_t salt_;
};

struct Inputs {
  bool damaged = false;
  bool interrupted = false;
};

/// Every exchange of every input, in the order of the files, gaps carried over.
Outcome<Inputs> read_all(const MergeOptions& options, const Provenance& provenance, FileWriter& writer,
                         const TimeSorter::Take& take) {
  ReaderOptions reading;
  reading.keys = provenance.reading;
  Inputs inputs;
  for (std::size_t file = 0; file < options.inputs.size(); ++file) {
    const auto& path = options.inputs[file];
    auto reader = Reader::open(path, reading);
    if (!reader) return reader.error();
    const Renumbering renumbered(file, reader->info().uuid);
    Progress progress("reading " + path);
    while (const auto* exchange = reader->next()) {
      auto copy = *exchange;
      copy.id = renumbered(exchange->id);
      copy.connection_id = renumbered(exchange->connection_id);
      if (auto taken = take(copy); !taken) return taken.error();
      progress.update(reader->totals().position, reader->totals().file_bytes);
      if ((inputs.interrupted = interrupted())) return inputs;
    }
    writer.add_gap(reader->gaps());
    for (const auto& note : reader->damage().notes) fail(ExitCode::failed, fmt::format("{}: {}", path, note));
    inputs.damaged = inputs.damaged || reader->damage().incidents != 0;
  }
  return inputs;
}

ExitCode finish(FileWriter& writer, const MergeOptions& options, bool damaged) {
  const auto totals = writer.finish();
  if (!totals) return fail(ExitCode::usage, totals.error().message);
  Output output;
  output.write(fmt::format("wrote {}: {} exchanges in {} chunks, {} (raw {})\n", options.output,
                           format_count(totals->exchanges), format_count(totals->chunks),
                           format_size(totals->stored_bytes), format_size(totals->raw_bytes)));
  const auto finished = output.finish();
  return finished == ExitCode::ok && damaged ? ExitCode::failed : finished;
}

Outcome<Inputs> sort_all(const MergeOptions& options, const Provenance& provenance, FileWriter& writer) {
  TimeSorter::Options sorting;
  const std::filesystem::path output(options.output);
  sorting.scratch = output.has_parent_path() ? output.parent_path() : std::filesystem::path(".");
  sorting.contains_unscrubbed = provenance.contains_unscrubbed;
  // What was encrypted must not lie on the disk in plain, not for a moment.
  if (provenance.reading != nullptr || provenance.writing != nullptr) {
    const auto keys = ephemeral_key_ring();
    if (!keys) return keys.error();
    sorting.keys = *keys;
  }
  TimeSorter sorter(sorting);
  auto inputs =
      read_all(options, provenance, writer, [&sorter](const ExchangeView& each) { return sorter.add(each); });
  if (!inputs || inputs->interrupted) return inputs;
  auto written = sorter.finish([&writer](const ExchangeView& each) -> Outcome<> {
    if (interrupted()) return Failure{"interrupted"};
    return writer.append(each);
  });
  inputs->interrupted = interrupted();
  if (!written && !inputs->interrupted) return written.error();
  return inputs;
}

ExitCode run_merge(const MergeOptions& options) {
  const auto provenance = check_inputs(options);
  if (!provenance) return fail(ExitCode::usage, provenance.error().message);
  note_interrupts();
  auto writer = open_output(options, *provenance, options.source, options.chunk_bytes, options.level);
  if (!writer) return fail(ExitCode::usage, writer.error().message);
  const auto append = [&writer](const ExchangeView& each) { return (*writer)->append(each); };
  const auto inputs = options.source == "merge" ? sort_all(options, *provenance, **writer)
                                                : read_all(options, *provenance, **writer, append);
  if (!inputs) return fail(ExitCode::usage, inputs.error().message);
  if (inputs->interrupted) return ExitCode::interrupted;
  return finish(**writer, options, inputs->damaged);
}

constexpr const char* kExitCodes =
    "\nExit codes: 0 written, 1 written without what damage has taken, 2 usage, 130 interrupted.";

}  // namespace

void add_merge(CLI::App& capture, Run& run) {
  auto* command = capture.add_subcommand("merge", "Join capture files into one, in the order of time");
  auto options = std::make_shared<MergeOptions>();
  options->source = "merge";
  options->declare(*command);
  command->footer(
      std::string("Inputs may be out of order and of any size: memory stays below 256 MiB, what does not fit "
                  "is sorted beside the output.\nConnections stay apart; gaps are carried over.\n"
                  "Examples:\n  understudy capture merge captures/*.ucap.zst --output day.ucap.zst\n"
                  "  cat a.ucap.zst b.ucap.zst > unsorted.ucap.zst      # needs no tool at all\n") +
      kExitCodes);
  command->callback([options, &run] { run = [options] { return run_merge(*options); }; });
}

void add_compact(CLI::App& capture, Run& run) {
  auto* command = capture.add_subcommand(
      "compact", "Write captures smaller: larger chunks, higher compression, order as it is");
  auto options = std::make_shared<MergeOptions>();
  options->source = "compact";
  options->chunk_bytes = std::size_t{4} << 20;
  options->level = 9;
  options->declare(*command);
  command->add_option("--level", options->level, "zstd level; 9 unless given")->check(CLI::Range(1, 19));
  command->footer(std::string("Larger chunks cost a little of what filters can skip.\n"
                              "Example:\n  understudy capture compact day.ucap.zst --output archive.ucap.zst "
                              "--level 15\n") +
                  kExitCodes);
  command->callback([options, &run] { run = [options] { return run_merge(*options); }; });
}

}  // namespace understudy::capture
