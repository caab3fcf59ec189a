#include "capture-format/commands/console.hpp"
#include "capture-format/commands/exchange_line.hpp"
#include "capture-format/commands/key_arguments.hpp"
#include "capture-format/commands/registration.hpp"
#include "capture-format/convert/ndjson_export.hpp"
#include "capture-format/merge/merge_reader.hpp"
#include "capture-format/reader.hpp"
#include "capture-format/reader/capture_paths.hpp"
#include "capture-format/reader/follower.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace understudy::capture {
namespace {

/// How often a growing file is looked at.
constexpr std::chrono::milliseconds kFollowPause{100};

struct CatOptions {
  std::vector<std::string> files;
  std::vector<std::string> where;
  bool json = false;
  bool count = false;
  bool follow = false;
  std::uint64_t limit = 0;
  KeyOptions keys;
};

/// Prints exchanges until the limit, or until nobody reads any more.
class Printing {
 public:
  Printing(const CatOptions& options, const ReaderOptions& reading)
      : options_(options), reading_(reading), left_(options.limit != 0 ? options.limit : UINT64_MAX) {}

  /// In the order of the file.
  Outcome<> file(const std::string& path) {
    auto reader = Reader::open(path, reading_);
    if (!reader) return reader.error();
    Progress progress("counting " + path);
    while (const auto* exchange = wants_more() ? reader->next() : nullptr) {
      print(*exchange);
      // What prints needs no other sign of life.
      if (options_.count) progress.update(reader->totals().position, reader->totals().file_bytes);
    }
    tell(path, reader->damage());
    return {};
  }

  /// All files in the order of time.
  Outcome<> merged(const std::vector<std::string>& paths) {
    MergeOptions merging;
    merging.filter = reading_.filter;
    merging.keys = reading_.keys;
    merging.keep_going = [](std::uint64_t, std::uint64_t) { return !interrupted(); };
    auto reader = MergeReader::open({paths.begin(), paths.end()}, std::move(merging));
    if (!reader) return reader.error();
    while (wants_more()) {
      const auto exchange = reader->next();
      if (!exchange && interrupted()) break;
      if (!exchange) return exchange.error();
      if (*exchange == nullptr) break;
      print(**exchange);
    }
    for (const auto& source : reader->sources()) tell(source.path.string(), source.damage);
    return {};
  }

  /// Until the file is sealed; of a directory without end.
  Outcome<> follow(const std::string& path) {
    auto follower = Follower::open(path, reading_);
    if (!follower) return follower.error();
    while (wants_more() && !follower->ended()) {
      if (const auto* exchange = follower->next()) {
        print(*exchange);
        continue;
      }
      output_.flush();
      if (!follower->ended()) std::this_thread::sleep_for(kFollowPause);
    }
    for (const auto& note : follower->take_notes()) fail(ExitCode::failed, note);
    damaged_ = damaged_ || follower->damaged();
    return {};
  }

  ExitCode finish() {
    if (options_.count) output_.write(fmt::format("{}\n", printed_));
    const auto finished = output_.finish();
    if (interrupted()) return ExitCode::interrupted;
    return finished == ExitCode::ok && damaged_ ? ExitCode::failed : finished;
  }

 private:
  bool wants_more() const { return left_ != 0 && !interrupted(); }

  void print(const ExchangeView& exchange) {
    ++printed_;
    --left_;
    if (options_.count) return;
    if (!output_.write(options_.json ? exchange_as_json(exchange) : exchange_as_line(exchange))) left_ = 0;
  }

  void tell(const std::string& path, const Damage& damage) {
    for (const auto& note : damage.notes) fail(ExitCode::failed, fmt::format("{}: {}", path, note));
    damaged_ = damaged_ || damage.incidents != 0;
  }

  const CatOptions& options_;
  const ReaderOptions& reading_;
  Output output_;
  std::uint64_t left_;
  std::uint64_t printed_ = 0;
  bool damaged_ = false;
};

Outcome<> print_files(const CatOptions& options, const std::vector<std::string>& paths, Printing& printing) {
  // What is counted needs no order; what comes through a pipe has the one that it has.
  const bool in_turn = paths.size() == 1 || options.count || std::any_of(paths.begin(), paths.end(), is_pipe);
  if (!in_turn) return printing.merged(paths);
  for (const auto& path : paths)
    if (auto printed = printing.file(path); !printed) return printed;
  return {};
}

ExitCode run_cat(const CatOptions& options) {
  const auto filter = Filter::parse(options.where);
  if (!filter) return fail(ExitCode::usage, filter.error().message);
  if (options.follow && options.files.size() != 1)
    return fail(ExitCode::usage, "--follow follows one file or directory: give one");
  const auto paths =
      options.follow ? Outcome<std::vector<std::string>>(options.files) : expand_capture_paths(options.files);
  if (!paths) return fail(ExitCode::usage, paths.error().message);
  note_interrupts();
  const auto keys = open_key_ring_or_environment(options.keys);
  if (!keys) return fail(ExitCode::usage, keys.error().message);
  ReaderOptions reading;
  if (!options.where.empty()) reading.filter = *filter;
  reading.keys = *keys;
  Printing printing(options, reading);
  // A pipe is read as it comes in any case.
  const bool follows = options.follow && !is_pipe(options.files.front());
  const auto printed =
      follows ? printing.follow(options.files.front()) : print_files(options, *paths, printing);
  if (!printed) {
    printing.finish();
    return fail(ExitCode::usage, printed.error().message);
  }
  return printing.finish();
}

}  // namespace

void add_cat(CLI::App& capture, Run& run) {
  auto* command = capture.add_subcommand("cat", "Print the exchanges of capture files, one line each");
  auto options = std::make_shared<CatOptions>();
  command->add_option("FILE", options->files, "Capture files, or directories of them; - is standard input")
      ->required();
  command->add_option("--where,-w", options->where, "Only exchanges for which all terms hold; see below")
      ->type_name("TERMS");
  command->add_flag("--json", options->json,
                    "One JSON object a line, with headers and bodies (base64 when binary)");
  command->add_flag("--count", options->count, "Only the number of exchanges");
  command->add_flag(
      "--follow,-f", options->follow,
      "Go on while the file (*.ucap.zst.part) grows, until it is sealed; of a directory, on with "
      "every file that comes after it");
  command->add_option("--limit", options->limit, "Stop after this many exchanges")
      ->check(CLI::PositiveNumber);
  declare_keys(*command, options->keys);
  command->footer(
      "Terms are FIELD OPERATOR VALUE without spaces; all of them must hold. Values are alternatives with "
      "|,\n"
      "!= negates, ~ means contains. Chunks whose header or index rules them out are not read, a\n"
      "chunk with few of the wanted statuses no further than the last of them.\n"
      "  time      time>=2026-01-05T10:00:00Z time<2026-01-05T10:05:00Z   start of the exchange\n"
      "  method    method=GET|HEAD   method!=GET\n"
      "  status    status=5xx   status=404|none   status>=400             none: no response came\n"
      "  endpoint  endpoint=/orders/{}   endpoint~/orders                 path, identifiers as {}\n"
      "  target    target~q=lamp        host   host=shop.example\n"
      "  latency   latency>500ms   latency<=2s                            start to the last byte\n"
      "  header    header:x-tenant=blue   header:accept~json              of request or response\n"
      "  outcome   outcome=sent|write_blocked                             of any mirror\n"
      "  fate      fate=client_abort|reset                                how it ended\n"
      "One file is printed in its own order (exchanges stand where they ended), several together in the "
      "order "
      "of\ntheir starts. A pipe is read as it comes.\n"
      "Examples:\n  understudy capture cat --limit 20 shop.ucap.zst\n"
      "  understudy capture cat --where 'status=5xx latency>1s' captures/*.ucap.zst\n"
      "  understudy capture cat --follow captures/\n"
      "  ssh edge1 cat shop.ucap.zst | understudy capture cat --where 'status=5xx' -\n"
      "  understudy capture cat --json shop.ucap.zst | jq -r 'select(.response.status >= 500) | "
      ".request.target'\n"
      "\nExit codes: 0 read without damage, 1 damage found (told on stderr), 2 usage, 130 interrupted.");
  command->callback([options, &run] { run = [options] { return run_cat(*options); }; });
}

}  // namespace understudy::capture
