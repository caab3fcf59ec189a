// The options of every sub-command that writes a capture file out of capture files.
#pragma once

#include "capture-format/file_writer.hpp"
#include "core/base/result.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace understudy::capture {

struct OutputOptions {
  std::vector<std::string> inputs;
  std::string output;
  bool allow_unscrubbed = false;
  bool force = false;

  /// Declares FILE..., --output, --allow-unscrubbed and --force.
  void declare(CLI::App& command);
};

/// What the headers of the inputs say together.
struct Provenance {
  std::string service;               ///< of the first
  std::uint32_t scrub_policy = 0;    ///< 0 when they differ
  bool contains_unscrubbed = false;  ///< any of them
};

/// Fails when an input cannot be read, is the output, or holds unscrubbed traffic without the flag.
Outcome<Provenance> check_inputs(const OutputOptions& options);

/// Opens the output, marked as its inputs are; `source` names the sub-command.
Outcome<std::unique_ptr<FileWriter>> open_output(const OutputOptions& options, const Provenance& provenance,
                                                 std::string_view source, std::size_t chunk_bytes,
                                                 int compression_level);

}  // namespace understudy::capture
