#include "capture-format/commands/console.hpp"
#include "capture-format/commands/index_listing.hpp"
#include "capture-format/commands/key_arguments.hpp"
#include "capture-format/commands/living_writer.hpp"
#include "capture-format/commands/registration.hpp"
#include "capture-format/commands/text_file.hpp"
#include "capture-format/convert/json_writer.hpp"
#include "capture-format/layout/file_names.hpp"
#include "capture-format/rewrite/reseal.hpp"
#include "core/base/units.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace understudy::capture {
namespace {

struct IndexOptions {
  std::vector<std::string> files;
  std::string output;
  bool rebuild = false;
  bool force = false;
  bool json = false;
  KeyOptions keys;
};

/// JSON that is held before it is written.
constexpr std::size_t kJsonBytes = std::size_t{1} << 20;

bool is_part(const std::string& path) { return path.ends_with(kOpenSuffix); }

ExitCode print_index(const IndexOptions& options) {
  const auto keys = open_key_ring_or_environment(options.keys);
  if (!keys) return fail(ExitCode::usage, keys.error().message);
  Output output;
  bool damaged = false;
  std::string text;
  JsonWriter json(text);
  const auto write_some = [&] {
    if (text.size() < kJsonBytes) return;
    output.write(text);
    text.clear();
  };
  if (options.json) json.begin_object().key("files").begin_array();
  for (const auto& path : options.files) {
    const auto listing =
        options.json ? index_as_json(path, *keys, json, write_some) : print_index_lines(path, *keys, output);
    if (!listing) return fail(ExitCode::usage, listing.error().message);
    for (const auto& note : *listing) fail(ExitCode::failed, fmt::format("{}: {}", path, note));
    damaged = damaged || !listing->empty();
  }
  if (options.json) json.end_array().end_object();
  if (options.json) output.write(text + '\n');
  const auto finished = output.finish();
  return finished == ExitCode::ok && damaged ? ExitCode::failed : finished;
}

std::string outcome_as_text(const Resealed& resealed, const IndexOptions& options, bool removed_part) {
  auto text = fmt::format("wrote {}: {} exchanges in {} chunks, {}\n", options.output,
                          format_count(resealed.exchanges), format_count(resealed.chunks),
                          resealed.summaries_written != 0 ? "summary rebuilt" : "summary as it was");
  if (removed_part) text += fmt::format("removed {}: all of it is in the new file\n", options.files.front());
  if (resealed.bytes_left_out != 0)
    text += fmt::format("LEFT OUT {} behind the last whole chunk; {} stays\n",
                        format_size(resealed.bytes_left_out), options.files.front());
  return text;
}

std::string outcome_as_json(const Resealed& resealed, const IndexOptions& options, bool removed_part) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().member("output", options.output).member("chunks", resealed.chunks);
  json.member("exchanges", resealed.exchanges).member("summaries_written", resealed.summaries_written);
  json.member("summaries_kept", resealed.summaries_kept).member("bytes_left_out", resealed.bytes_left_out);
  json.member("part_removed", removed_part).end_object();
  return text + '\n';
}

/// Without an output of its own, a damaged file is replaced in one step, and what a killed writer left gets
/// its final name.
ExitCode rebuild_index(IndexOptions options) {
  const auto& input = options.files.front();
  const bool own_name = options.output.empty();
  if (own_name) options.output = sealed_name(input);
  if (options.files.size() != 1 || input == "-")
    return fail(ExitCode::usage, "--rebuild takes one file: give its path");
  if (is_being_written(input))
    return fail(ExitCode::usage,
                fmt::format("{}: is being written: its summary comes when it is sealed", input));
  note_interrupts();
  const bool replaces_itself = own_name && options.output == input;
  auto file = TextFile::open(options.output, options.force || replaces_itself);
  if (!file) return fail(ExitCode::usage, file.error().message);
  Progress progress("indexing " + input);
  ResealCallbacks callbacks;
  callbacks.take = [&file](std::string_view bytes) { return !interrupted() && (*file)->write(bytes); };
  callbacks.progress = [&progress](std::uint64_t done, std::uint64_t of) { progress.update(done, of); };
  const auto resealed = reseal(input, callbacks);
  if (interrupted()) return ExitCode::interrupted;
  if (!resealed) return fail(ExitCode::usage, resealed.error().message);
  Output output;
  if (resealed->had_all() && replaces_itself) {
    output.write(options.json ? outcome_as_json(*resealed, options, false)
                              : fmt::format("{}: has its summary; nothing was written\n", input));
    return output.finish();
  }
  if (const auto written = (*file)->finish(); written != ExitCode::ok) return written;
  std::error_code error;
  const bool removed_part =
      own_name && is_part(input) && resealed->bytes_left_out == 0 && std::filesystem::remove(input, error);
  output.write((options.json ? outcome_as_json : outcome_as_text)(*resealed, options, removed_part));
  const auto finished = output.finish();
  return finished == ExitCode::ok && resealed->bytes_left_out != 0 ? ExitCode::failed : finished;
}

}  // namespace

void add_index(CLI::App& capture, Run& run) {
  auto* command = capture.add_subcommand(
      "index", "Print the index of capture files, or rebuild a missing or damaged summary");
  auto options = std::make_shared<IndexOptions>();
  command->add_option("FILE", options->files, "Capture files")->required();
  command->add_flag("--rebuild", options->rebuild,
                    "Write the file anew with a summary, every other byte as it is");
  command
      ->add_option("--output,-o", options->output,
                   "Where to; without it X.ucap.zst.part becomes X.ucap.zst, and any other file is replaced "
                   "in one step")
      ->needs("--rebuild");
  command->add_flag("--force", options->force, "Replace an existing output file");
  command->add_flag("--json", options->json, "One JSON object for programs");
  declare_keys(*command, options->keys);
  command->footer(
      "The index is read from the headers of the chunks; nothing is decompressed. It lists for each chunk "
      "where "
      "it\nstands, when its exchanges began, how many there are and what flags say of them.\n"
      "--rebuild verifies and decodes every chunk. Where more than the summary is damaged, it refuses:\n"
      "`understudy capture recover` takes what is whole.\n"
      "Examples:\n  understudy capture index shop.ucap.zst\n"
      "  understudy capture index --json shop.ucap.zst | jq '.files[].chunks[] | select(.status.\"5xx\" > "
      "0)'\n"
      "  understudy capture index --rebuild captures/shop.ucap.zst.part     # of a killed proxy\n"
      "  understudy capture index --rebuild damaged.ucap.zst --output whole.ucap.zst\n"
      "\nExit codes: 0 printed or rebuilt whole, 1 damage found or a torn end left out, 2 usage, 130 "
      "interrupted.");
  command->callback([options, &run] {
    run = [options] { return options->rebuild ? rebuild_index(*options) : print_index(*options); };
  });
}

}  // namespace understudy::capture
