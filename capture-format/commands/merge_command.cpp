#include "capture-format/commands/console.hpp"
#include "capture-format/commands/output_options.hpp"
#include "capture-format/commands/registration.hpp"
#include "capture-format/convert/json_writer.hpp"
#include "capture-format/merge/merge_reader.hpp"
#include "capture-format/reader.hpp"
#include "core/base/content_hash.hpp"
#include "core/base/units.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace understudy::capture {
namespace {

struct JoinOptions : OutputOptions {
  std::string source;  ///< "merge" or "compact"
  std::size_t chunk_bytes = std::size_t{1} << 20;
  int level = 3;
  bool json = false;
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

/// What came of an input.
struct JoinedInput {
  std::string path;
  std::uint64_t exchanges = 0;
  Damage damage;
  std::uint64_t gap_exchanges = 0;  ///< that its recorder had lost; carried over
};

/// Writes exchanges under numbers of their own.
class Joining {
 public:
  explicit Joining(FileWriter& writer) : writer_(writer) {}

  Outcome<> append(const ExchangeView& exchange, const Renumbering& renumbered) {
    copy_ = exchange;  // reuses the memory of the last one
    copy_.id = renumbered(exchange.id);
    copy_.connection_id = renumbered(exchange.connection_id);
    return writer_.append(copy_);
  }

  /// What was lost in a file is told, and its gaps carried over.
  void end_of_file(const std::string& path, std::uint64_t exchanges, const Damage& damage, const Gap& gaps) {
    writer_.add_gap(gaps);
    for (const auto& note : damage.notes) fail(ExitCode::failed, fmt::format("{}: {}", path, note));
    inputs_.push_back({path, exchanges, damage, gaps.exchanges});
  }
  const std::vector<JoinedInput>& inputs() const noexcept { return inputs_; }

 private:
  FileWriter& writer_;
  ExchangeView copy_;
  std::vector<JoinedInput> inputs_;
};

/// Every exchange of every input, in the order of the files.
Outcome<> join_in_turn(const JoinOptions& options, const Provenance& provenance, Joining& joining) {
  ReaderOptions reading;
  reading.keys = provenance.reading;
  for (std::size_t file = 0; file < options.inputs.size(); ++file) {
    const auto& path = options.inputs[file];
    auto reader = Reader::open(path, reading);
    if (!reader) return reader.error();
    const Renumbering renumbered(file, reader->info().uuid);
    Progress progress("reading " + path);
    while (const auto* exchange = reader->next()) {
      if (auto appended = joining.append(*exchange, renumbered); !appended) return appended;
      progress.update(reader->totals().position, reader->totals().file_bytes);
      if (interrupted()) return {};
    }
    joining.end_of_file(path, reader->totals().exchanges, reader->damage(), reader->gaps());
  }
  return {};
}

/// Every exchange of every input, in the order of time.
Outcome<> join_by_time(const JoinOptions& options, const Provenance& provenance, Joining& joining) {
  MergeOptions merging;
  merging.keys = provenance.reading;
  // What was encrypted must not lie on the disk in plain, not for a moment.
  merging.encrypt_scratch = provenance.reading != nullptr || provenance.writing != nullptr;
  const std::filesystem::path output(options.output);
  merging.scratch = output.has_parent_path() ? output.parent_path() : std::filesystem::path(".");
  Progress sorting("sorting");
  merging.keep_going = [&sorting](std::uint64_t done, std::uint64_t of) {
    sorting.update(done, of);
    return !interrupted();
  };
  auto reader = MergeReader::open({options.inputs.begin(), options.inputs.end()}, std::move(merging));
  if (!reader) return reader.error();
  std::vector<Renumbering> renumbered;
  for (std::size_t file = 0; file < reader->sources().size(); ++file)
    renumbered.emplace_back(file, reader->sources()[file].info.uuid);
  std::vector<std::uint64_t> exchanges(renumbered.size());
  Progress progress("merging");
  while (true) {
    const auto exchange = reader->next();
    if (!exchange) return exchange.error();
    if (*exchange == nullptr || interrupted()) break;
    if (auto appended = joining.append(**exchange, renumbered[reader->source()]); !appended) return appended;
    ++exchanges[reader->source()];
    if (!reader->sorts_on_disk()) progress.update(reader->bytes_done(), reader->bytes_in_all());
  }
  for (std::size_t file = 0; file < reader->sources().size(); ++file) {
    const auto& source = reader->sources()[file];
    joining.end_of_file(source.path.string(), exchanges[file], source.damage, source.gaps);
  }
  return {};
}

std::string as_text(const FileWriterTotals& totals, const std::string& path) {
  return fmt::format("wrote {}: {} exchanges in {} chunks, {} (raw {})\n", path,
                     format_count(totals.exchanges), format_count(totals.chunks),
                     format_size(totals.stored_bytes), format_size(totals.raw_bytes));
}

std::string as_json(const FileWriterTotals& totals, const std::string& path,
                    const std::vector<JoinedInput>& inputs) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().member("output", path).member("exchanges", totals.exchanges);
  json.member("chunks", totals.chunks).member("raw_bytes", totals.raw_bytes);
  json.member("stored_bytes", totals.stored_bytes).key("inputs").begin_array();
  for (const auto& input : inputs) {
    json.begin_object().member("path", input.path).member("exchanges", input.exchanges);
    json.member("gap_exchanges", input.gap_exchanges).member("chunks_lost", input.damage.chunks_lost);
    json.member("bytes_skipped", input.damage.bytes_skipped).member("incidents", input.damage.incidents);
    json.array("damage", input.damage.notes).end_object();
  }
  json.end_array().end_object();
  return text + '\n';
}

ExitCode finish(FileWriter& writer, const JoinOptions& options, const std::vector<JoinedInput>& inputs) {
  const auto totals = writer.finish();
  if (!totals) return fail(ExitCode::usage, totals.error().message);
  Output output;
  output.write(options.json ? as_json(*totals, options.output, inputs) : as_text(*totals, options.output));
  const auto finished = output.finish();
  const bool damaged = std::any_of(inputs.begin(), inputs.end(),
                                   [](const JoinedInput& input) { return input.damage.incidents != 0; });
  return finished == ExitCode::ok && damaged ? ExitCode::failed : finished;
}

ExitCode run_merge(const JoinOptions& options) {
  const auto provenance = check_inputs(options);
  if (!provenance) return fail(ExitCode::usage, provenance.error().message);
  note_interrupts();
  auto writer = open_output(options, *provenance, options.source, options.chunk_bytes, options.level);
  if (!writer) return fail(ExitCode::usage, writer.error().message);
  Joining joining(**writer);
  const auto joined = options.source == "merge" ? join_by_time(options, *provenance, joining)
                                                : join_in_turn(options, *provenance, joining);
  if (interrupted()) return ExitCode::interrupted;
  if (!joined) return fail(ExitCode::usage, joined.error().message);
  return finish(**writer, options, joining.inputs());
}

constexpr const char* kExitCodes =
    "\nExit codes: 0 written, 1 written without what damage has taken, 2 usage, 130 interrupted.";

}  // namespace

void add_merge(CLI::App& capture, Run& run) {
  auto* command = capture.add_subcommand("merge", "Join capture files into one, in the order of time");
  auto options = std::make_shared<JoinOptions>();
  options->source = "merge";
  options->declare(*command);
  command->add_flag("--json", options->json, "One JSON object for programs");
  command->footer(
      std::string("Inputs may be out of order and of any size: memory stays below 256 MiB; what overlaps in "
                  "time by more than that is sorted in a file without a name beside the output.\nConnections "
                  "stay apart; gaps are carried over.\n"
                  "Examples:\n  understudy capture merge captures/*.ucap.zst --output day.ucap.zst\n"
                  "  understudy capture merge --json a.ucap.zst b.ucap.zst -o ab.ucap.zst | jq .exchanges\n"
                  "  cat a.ucap.zst b.ucap.zst > unsorted.ucap.zst      # needs no tool at all\n") +
      kExitCodes);
  command->callback([options, &run] { run = [options] { return run_merge(*options); }; });
}

void add_compact(CLI::App& capture, Run& run) {
  auto* command = capture.add_subcommand(
      "compact", "Write captures smaller: larger chunks, higher compression, order as it is");
  auto options = std::make_shared<JoinOptions>();
  options->source = "compact";
  options->chunk_bytes = std::size_t{4} << 20;
  options->level = 9;
  options->declare(*command);
  command->add_flag("--json", options->json, "One JSON object for programs");
  command->add_option("--level", options->level, "zstd level; 9 unless given")->check(CLI::Range(1, 19));
  command->footer(std::string("Larger chunks cost a little of what filters can skip.\n"
                              "Example:\n  understudy capture compact day.ucap.zst --output archive.ucap.zst "
                              "--level 15\n") +
                  kExitCodes);
  command->callback([options, &run] { run = [options] { return run_merge(*options); }; });
}

}  // namespace understudy::capture
