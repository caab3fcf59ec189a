// The options of every sub-command that writes a capture file out of capture files.
#pragma once

#include "capture-format/crypto/key_ring.hpp"
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
  KeyOptions keys;
  bool encrypt = false;
  bool decrypt = false;
  unsigned threads = 0;  ///< as FileWriterOptions::threads

  /// Declares FILE..., --output, --allow-unscrubbed, --force and the options of encryption.
  void declare(CLI::App& command);
};

struct WritingKeys {
  KeyRingPtr reading;  ///< opens the inputs; null: none was given
  KeyRingPtr writing;  ///< of the output; null: it will be plain
};

/// The keys of a command whose inputs are `encrypted`, with `key_id`. Fails when they cannot be had.
Outcome<WritingKeys> open_writing_keys(const OutputOptions& options, bool encrypted,
                                       const std::string& key_id);

/// What the headers of the inputs say together, and the keys.
struct Provenance : WritingKeys {
  std::string service;               ///< of the first
  std::uint32_t scrub_policy = 0;    ///< 0 when they differ
  bool contains_unscrubbed = false;  ///< any of them
};

/// Fails when an input cannot be read, is the output, or holds unscrubbed traffic without the flag. The
/// output is encrypted when any input is, unless --decrypt says otherwise.
Outcome<Provenance> check_inputs(const OutputOptions& options);

/// Opens the output, marked as its inputs are; `source` names the sub-command.
Outcome<std::unique_ptr<FileWriter>> open_output(const OutputOptions& options, const Provenance& provenance,
                                                 std::string_view source, std::size_t chunk_bytes,
                                                 int compression_level);

}  // namespace understudy::capture
