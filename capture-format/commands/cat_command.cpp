#include "capture-format/commands/console.hpp"
#include "capture-format/commands/exchange_line.hpp"
#include "capture-format/commands/key_arguments.hpp"
#include "capture-format/commands/registration.hpp"
#include "capture-format/convert/ndjson_export.hpp"
#include "capture-format/reader.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
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

/// Prints the exchanges of one file after the other until the limit, or until nobody reads any more.
class Printing {
 public:
  Printing(const CatOptions& options, const ReaderOptions& reading)
      : options_(options), reading_(reading), left_(options.limit != 0 ? options.limit : UINT64_MAX) {}

  Outcome<> file(const std::string& path) {
    auto reader = Reader::open(path, reading_);
    if (!reader) return reader.error();
    if (options_.follow)
      follow(*reader);
    else
      print_all(*reader);
    for (const auto& note : reader->damage().notes) fail(ExitCode::failed, fmt::format("{}: {}", path, note));
    damaged_ = damaged_ || reader->damage().incidents != 0;
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

  void print_all(Reader& reader) {
    while (const auto* exchange = wants_more() ? reader.next() : nullptr) print(*exchange);
  }

  /// Until the file is sealed.
  void follow(Reader& reader) {
    while (wants_more() && !reader.sealed()) {
      if (!reader.refresh()) {
        output_.flush();
        std::this_thread::sleep_for(kFollowPause);
      } else if (const auto* exchange = reader.next_at_hand()) {
        print(*exchange);
      }
    }
  }

  const CatOptions& options_;
  const ReaderOptions& reading_;
  Output output_;
  std::uint64_t left_;
  std::uint64_t printed_ = 0;
  bool damaged_ = false;
};

ExitCode run_cat(const CatOptions& options) {
  const auto filter = Filter::parse(options.where);
  if (!filter) return fail(ExitCode::usage, filter.error().message);
  if (options.follow && options.files.size() != 1)
    return fail(ExitCode::usage, "--follow follows one file: give one");
  note_interrupts();
  const auto keys = open_key_ring_or_environment(options.keys);
  if (!keys) return fail(ExitCode::usage, keys.error().message);
  ReaderOptions reading;
  if (!options.where.empty()) reading.filter = *filter;
  reading.keys = *keys;
  Printing printing(options, reading);
  for (const auto& path : options.files) {
    if (const auto printed = printing.file(path); !printed) {
      printing.finish();
      return fail(ExitCode::usage, printed.error().message);
    }
  }
  return printing.finish();
}

}  // namespace

void add_cat(CLI::App& capture, Run& run) {
  auto* command = capture.add_subcommand("cat", "Print the exchanges of capture files, one line each");
  auto options = std::make_shared<CatOptions>();
  command->add_option("FILE", options->files, "Capture files; - is standard input")->required();
  command->add_option("--where,-w", options->where, "Only exchanges for which all terms hold; see below")
      ->type_name("TERMS");
  command->add_flag("--json", options->json,
                    "One JSON object a line, with headers and bodies (base64 when binary)");
  command->add_flag("--count", options->count, "Only the number of exchanges");
  command->add_flag("--follow,-f", options->follow,
                    "Go on while the file (*.ucap.zst.part) grows, until it is sealed");
  command->add_option("--limit", options->limit, "Stop after this many exchanges")
      ->check(CLI::PositiveNumber);
  declare_keys(*command, options->keys);
  command->footer(
      "Terms are FIELD OPERATOR VALUE without spaces; all of them must hold. Values are alternatives with "
      "|,\n"
      "!= negates, ~ means contains. Chunks whose header rules them out are not read at all.\n"
      "  time      time>=2026-01-05T10:00:00Z time<2026-01-05T10:05:00Z   start of the exchange\n"
      "  method    method=GET|HEAD   method!=GET\n"
      "  status    status=5xx   status=404|none   status>=400             none: no response came\n"
      "  endpoint  endpoint=/orders/{}   endpoint~/orders                 path, identifiers as {}\n"
      "  target    target~q=lamp        host   host=shop.example\n"
      "  latency   latency>500ms   latency<=2s                            start to the last byte\n"
      "  header    header:x-tenant=blue   header:accept~json              of request or response\n"
      "  outcome   outcome=sent|write_blocked                             of any mirror\n"
      "  fate      fate=client_abort|reset                                how it ended\n"
      "Examples:\n  understudy capture cat --limit 20 shop.ucap.zst\n"
      "  understudy capture cat --where 'status=5xx latency>1s' captures/*.ucap.zst\n"
      "  understudy capture cat --follow captures/*.part\n"
      "  understudy capture cat --json shop.ucap.zst | jq -r 'select(.response.status >= 500) | "
      ".request.target'\n"
      "\nExit codes: 0 read without damage, 1 damage found (told on stderr), 2 usage, 130 interrupted.");
  command->callback([options, &run] { run = [options] { return run_cat(*options); }; });
}

}  // namespace understudy::capture
