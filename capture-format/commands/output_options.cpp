#include "capture-format/commands/output_options.hpp"

#include "capture-format/commands/console.hpp"
#include "capture-format/commands/key_arguments.hpp"
#include "capture-format/reader.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace understudy::capture {

void OutputOptions::declare(CLI::App& command) {
  command.add_option("FILE", inputs, "Capture files")->required();
  command.add_option("--output,-o", output, "The capture file to write (*.ucap.zst)")->required();
  command.add_flag("--allow-unscrubbed", allow_unscrubbed,
                   "Also take files that hold unscrubbed traffic; the output is marked so");
  command.add_flag("--force", force, "Replace an existing output file");
  declare_keys(command, keys);
  declare_key_id(command, keys);
  auto* encrypted = command.add_flag("--encrypt", encrypt, "Encrypt the output of plain inputs too");
  command.add_flag("--decrypt", decrypt, "Write plain what was encrypted; without it, it stays encrypted")
      ->excludes(encrypted);
}

Outcome<WritingKeys> open_writing_keys(const OutputOptions& options, bool encrypted,
                                       const std::string& key_id) {
  auto given = or_environment(options.keys);
  // A key command cannot tell which of its keys is the active one: what the inputs have is kept.
  if (!given.key_command.empty() && given.key_id.empty()) given.key_id = key_id;
  const auto ring = open_key_ring(given);
  if (!ring) return ring.error();
  if (options.encrypt && *ring == nullptr) return Failure{"--encrypt: needs --key-file or --key-command"};
  WritingKeys keys;
  keys.reading = *ring;
  if ((encrypted || options.encrypt) && !options.decrypt) keys.writing = *ring;
  return keys;
}

Outcome<Provenance> check_inputs(const OutputOptions& options) {
  if (auto separate = check_output_is_no_input(options.output, options.inputs); !separate)
    return separate.error();
  Provenance all;
  bool encrypted = false;
  std::string key_id;
  for (const auto& path : options.inputs) {
    const auto headers = read_headers(path);
    if (!headers) return headers.error();
    if (headers->contains_unscrubbed && !options.allow_unscrubbed)
      return Failure{
          fmt::format("{}: holds unscrubbed traffic (or its header does not say otherwise); "
                      "--allow-unscrubbed takes it all the same",
                      path)};
    all.contains_unscrubbed = all.contains_unscrubbed || headers->contains_unscrubbed;
    encrypted = encrypted || headers->encrypted;
    if (key_id.empty()) key_id = headers->key_id;
  }
  const auto keys = open_writing_keys(options, encrypted, key_id);
  if (!keys) return keys.error();
  all.reading = keys->reading;
  all.writing = keys->writing;
  ReaderOptions reading;
  reading.keys = all.reading;
  bool first = true;
  for (const auto& path : options.inputs) {
    const auto reader = Reader::open(path, reading);
    if (!reader) return reader.error();
    if (first) all.service = reader->info().service;
    if (first) all.scrub_policy = reader->info().scrub_policy;
    if (all.scrub_policy != reader->info().scrub_policy) all.scrub_policy = 0;
    first = false;
  }
  return all;
}

Outcome<std::unique_ptr<FileWriter>> open_output(const OutputOptions& options, const Provenance& provenance,
                                                 std::string_view source, std::size_t chunk_bytes,
                                                 int compression_level) {
  FileWriterOptions file;
  file.output = options.output;
  file.overwrite = options.force;
  file.service = provenance.service.empty() ? "understudy" : provenance.service;
  file.source = source;
  file.scrub_policy = provenance.scrub_policy;
  file.contains_unscrubbed = provenance.contains_unscrubbed;
  file.chunk_bytes = chunk_bytes;
  file.threads = options.threads;
  file.compression_level = compression_level;
  file.keys = provenance.writing;
  return FileWriter::open(file);
}

}  // namespace understudy::capture
