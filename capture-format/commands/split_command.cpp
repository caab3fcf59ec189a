#include "capture-format/commands/console.hpp"
#include "capture-format/commands/output_options.hpp"
#include "capture-format/commands/registration.hpp"
#include "capture-format/convert/json_writer.hpp"
#include "capture-format/layout/endpoint_path.hpp"
#include "capture-format/layout/file_names.hpp"
#include "capture-format/reader.hpp"
#include "core/base/ascii.hpp"
#include "core/base/content_hash.hpp"
#include "core/base/units.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <system_error>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace understudy::capture {
namespace {

/// Open at a time: each has a chunk buffer and a descriptor.
constexpr std::size_t kPartsMax = 200;

struct SplitOptions : OutputOptions {
  std::string by;
  std::string every = "10m";
  std::uint64_t parts = 8;
  std::chrono::nanoseconds window{};
  bool json = false;
};

/// A session stays whole: its key, else its connection, decides.
std::uint64_t affinity(const ExchangeView& exchange) {
  const auto number = exchange.session_key != 0 ? exchange.session_key : exchange.connection_id;
  return content_hash({reinterpret_cast<const char*>(&number), sizeof number});
}

std::string file_name_of(std::string_view endpoint) {
  std::string name;
  for (const char c : endpoint) {
    const bool plain =
        ascii_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '.' || c == '-';
    if (plain)
      name += c;
    else if (!name.empty() && name.back() != '_')
      name += '_';
  }
  constexpr std::size_t kPartNameBytesMax = 80;
  const auto hash = fmt::format("{:08x}", static_cast<std::uint32_t>(content_hash(endpoint)));
  return name.substr(0, kPartNameBytesMax) + "-" + hash;
}

std::string part_of(const SplitOptions& options, const ExchangeView& exchange) {
  if (options.by == "time") {
    const auto window = static_cast<std::uint64_t>(options.window.count());
    auto start = format_wall_time(exchange.start_ns / window * window);
    std::replace(start.begin(), start.end(), ':', '-');
    return start;
  }
  if (options.by == "endpoint")
    return file_name_of(
        fmt::format("{} {}", exchange.request.method, endpoint_path(exchange.request.target)));
  if (options.by == "shard") return fmt::format("{:04}", affinity(exchange) % options.parts);
  const auto connection = exchange.connection_id;
  return fmt::format(
      "{:04}", content_hash({reinterpret_cast<const char*>(&connection), sizeof connection}) % options.parts);
}

/// The part files, each opened when its first exchange comes.
class Parts {
 public:
  Parts(const SplitOptions& options, const Provenance& provenance)
      : options_(options), provenance_(provenance) {}

  Outcome<> append(const ExchangeView& exchange) {
    const auto name = part_of(options_, exchange);
    auto found = writers_.find(name);
    if (found == writers_.end()) {
      if (writers_.size() == kPartsMax)
        return Failure{fmt::format("more than {} parts: split by larger pieces", kPartsMax)};
      auto part = options_;
      part.threads = 1;  // there may be many parts
      part.output = (std::filesystem::path(options_.output) / (name + std::string(kFileSuffix))).string();
      auto writer = open_output(part, provenance_, "split", std::size_t{1} << 20, 3);
      if (!writer) return writer.error();
      found = writers_.emplace(name, *std::move(writer)).first;
    }
    return found->second->append(exchange);
  }

  void add_gap(const Gap& gap) { gap_.add(gap); }

  /// What an input has lost is told by the first part: gaps belong to no exchange. Returns the report.
  Outcome<std::string> finish() {
    std::string text;
    std::string json_text;
    JsonWriter json(json_text);
    json.begin_object().key("parts").begin_array();
    if (!writers_.empty()) writers_.begin()->second->add_gap(gap_);
    for (const auto& [name, writer] : writers_) {
      const auto totals = writer->finish();
      if (!totals) return totals.error();
      const auto path = fmt::format("{}/{}.ucap.zst", options_.output, name);
      text += fmt::format("{}: {} exchanges, {}\n", path, format_count(totals->exchanges),
                          format_size(totals->stored_bytes));
      json.begin_object().member("path", path).member("exchanges", totals->exchanges);
      json.member("stored_bytes", totals->stored_bytes).end_object();
    }
    json.end_array().end_object();
    return {boost::system::in_place_value, options_.json ? json_text + '\n' : std::move(text)};
  }

 private:
  const SplitOptions& options_;
  const Provenance& provenance_;
  std::map<std::string, std::unique_ptr<FileWriter>> writers_;
  Gap gap_;
};

ExitCode run_split(SplitOptions options) {
  const auto window = parse_duration(options.every);
  if (!window || window->count() == 0)
    return fail(ExitCode::usage, fmt::format("--every {}: wants a duration such as 10m", options.every));
  options.window = *window;
  const auto provenance = check_inputs(options);
  if (!provenance) return fail(ExitCode::usage, provenance.error().message);
  std::error_code error;
  std::filesystem::create_directories(options.output, error);
  if (error) return fail(ExitCode::usage, fmt::format("{}: {}", options.output, error.message()));
  note_interrupts();
  Parts parts(options, *provenance);
  bool damaged = false;
  ReaderOptions reading;
  reading.keys = provenance->reading;
  for (const auto& path : options.inputs) {
    auto reader = Reader::open(path, reading);
    if (!reader) return fail(ExitCode::usage, reader.error().message);
    Progress progress("splitting " + path);
    while (const auto* exchange = reader->next()) {
      if (auto appended = parts.append(*exchange); !appended)
        return fail(ExitCode::usage, appended.error().message);
      progress.update(reader->totals().position, reader->totals().file_bytes);
      if (interrupted()) return ExitCode::interrupted;
    }
    parts.add_gap(reader->gaps());
    for (const auto& note : reader->damage().notes) fail(ExitCode::failed, fmt::format("{}: {}", path, note));
    damaged = damaged || reader->damage().incidents != 0;
  }
  const auto told = parts.finish();
  if (!told) return fail(ExitCode::usage, told.error().message);
  Output output;
  output.write(*told);
  const auto finished = output.finish();
  return finished == ExitCode::ok && damaged ? ExitCode::failed : finished;
}

}  // namespace

void add_split(CLI::App& capture, Run& run) {
  auto* command =
      capture.add_subcommand("split", "Cut captures into parts by time, connection, endpoint or shard");
  auto options = std::make_shared<SplitOptions>();
  options->declare(*command);
  command->get_option("--output")->description("The directory of the parts; made when missing");
  command->add_option("--by", options->by, "What decides")
      ->required()
      ->check(CLI::IsMember({"time", "connection", "endpoint", "shard"}));
  command->add_option("--every", options->every, "The length of a part when split by time; 10m unless given");
  command->add_option("--parts", options->parts, "How many parts by connection or shard; 8 unless given")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{kPartsMax}));
  command->add_flag("--json", options->json, "The parts as one JSON object");
  command->footer(
      "A shard keeps sessions whole (session key, else connection). A part is complete under its name or not "
      "there.\n"
      "Examples:\n  understudy capture split --by time --every 1h day.ucap.zst --output hours\n"
      "  understudy capture split --by shard --parts 4 day.ucap.zst --output shards\n"
      "\nExit codes: 0 written, 1 written without what damage has taken, 2 usage, 130 interrupted.");
  command->callback([options, &run] { run = [options] { return run_split(*options); }; });
}

}  // namespace understudy::capture
