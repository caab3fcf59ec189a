#include "capture-format/commands/output_options.hpp"

#include "capture-format/commands/console.hpp"
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
}

Outcome<Provenance> check_inputs(const OutputOptions& options) {
  if (auto separate = check_output_is_no_input(options.output, options.inputs); !separate)
    return separate.error();
  Provenance all;
  bool first = true;
  for (const auto& path : options.inputs) {
    const auto reader = Reader::open(path);
    if (!reader) return reader.error();
    const auto unscrubbed = contains_unscrubbed(path);
    if (!unscrubbed) return unscrubbed.error();
    if (*unscrubbed && !options.allow_unscrubbed)
      return Failure{
          fmt::format("{}: holds unscrubbed traffic (or its header does not say otherwise); "
                      "--allow-unscrubbed takes it all the same",
                      path)};
    all.contains_unscrubbed = all.contains_unscrubbed || *unscrubbed;
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
  file.compression_level = compression_level;
  return FileWriter::open(file);
}

}  // namespace understudy::capture
