#include "capture-format/commands/console.hpp"
#include "capture-format/commands/key_arguments.hpp"
#include "capture-format/commands/registration.hpp"
#include "capture-format/convert/json_writer.hpp"
#include "capture-format/reader.hpp"
#include "capture-format/reader/capture_paths.hpp"
#include "capture-format/reader/frame_scanner.hpp"
#include "core/base/units.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace understudy::capture {
namespace {

struct VerifyOptions {
  std::vector<std::string> files;
  bool deep = false;
  bool json = false;
  KeyOptions keys;
};

struct Verified {
  std::uint64_t chunks = 0;
  std::uint64_t exchanges = 0;
  bool sealed = false;
  Damage damage;
  bool encrypted = false;
  bool authenticated = false;  ///< by the key: headers and summary, and with --deep all content
  std::string locked;          ///< why not
};

void take_file(const FileHeader& file, Verified& verified) {
  verified.encrypted = verified.encrypted || file.envelope || !file.locked.empty();
  if (verified.locked.empty()) verified.locked = file.locked;
}

/// Checksums alone: nothing is decompressed. With the key, headers and summary of encrypted files are
/// authenticated.
Outcome<Verified> verify_checksums(const std::string& path, const KeyRingPtr& keys) {
  auto source = open_file_source(path);
  if (!source) return source.error();
  FrameScanner scanner(std::move(*source), FrameScanner::Content::stored);
  scanner.use_keys(keys);
  if (auto begun = scanner.begin(path); !begun) return begun.error();
  Progress progress("verifying " + path);
  Verified verified;
  for (auto event = scanner.next(); event != ScanEvent::end; event = scanner.next()) {
    progress.update(scanner.position(), scanner.size());
    if (event == ScanEvent::file) take_file(scanner.file(), verified);
    if (event != ScanEvent::chunk) continue;
    ++verified.chunks;
    verified.exchanges += scanner.chunk().exchanges;
  }
  verified.sealed = scanner.sealed();
  verified.damage = scanner.damage();
  verified.authenticated = verified.encrypted && verified.locked.empty();
  return verified;
}

Outcome<Verified> verify_records(const std::string& path, const KeyRingPtr& keys) {
  ReaderOptions reading;
  reading.keys = keys;
  auto reader = Reader::open(path, reading);
  if (!reader) return reader.error();
  Progress progress("verifying " + path);
  while (reader->next() != nullptr) progress.update(reader->totals().position, reader->totals().file_bytes);
  Verified verified;
  verified.chunks = reader->totals().chunks;
  verified.exchanges = reader->totals().exchanges;
  verified.sealed = reader->sealed();
  verified.damage = reader->damage();
  verified.encrypted = verified.authenticated = !reader->info().key_id.empty();
  return verified;
}

std::string as_text(const std::string& path, const Verified& verified) {
  std::string text;
  const auto& damage = verified.damage;
  for (const auto& note : damage.notes) text += fmt::format("{}: {}\n", path, note);
  if (damage.incidents > damage.notes.size())
    text += fmt::format("{}: {} more places are damaged\n", path, damage.incidents - damage.notes.size());
  const auto verdict =
      damage.incidents == 0 ? "ok" : fmt::format("DAMAGED, {} chunks lost", format_count(damage.chunks_lost));
  std::string_view content;
  if (verified.authenticated) content = ", encrypted, authentic";
  if (verified.encrypted && !verified.authenticated) content = ", encrypted, checksums only (no key)";
  return text + fmt::format("{}: {}, {} chunks with {} exchanges, {}{}\n", path, verdict,
                            format_count(verified.chunks), format_count(verified.exchanges),
                            verified.sealed ? "sealed" : "not sealed", content);
}

void write_json(JsonWriter& json, const std::string& path, const Verified& verified) {
  json.begin_object().member("path", path).member("ok", verified.damage.incidents == 0);
  json.member("encrypted", verified.encrypted).member("authenticated", verified.authenticated);
  json.member("sealed", verified.sealed)
      .member("chunks", verified.chunks)
      .member("exchanges", verified.exchanges);
  json.member("chunks_lost", verified.damage.chunks_lost)
      .member("bytes_skipped", verified.damage.bytes_skipped);
  json.member("incidents", verified.damage.incidents).array("damage", verified.damage.notes).end_object();
}

ExitCode run_verify(const VerifyOptions& options) {
  const auto keys = open_key_ring_or_environment(options.keys);
  if (!keys) return fail(ExitCode::usage, keys.error().message);
  Output output;
  bool damaged = false;
  std::string text;
  JsonWriter json(text);
  if (options.json) json.begin_object().key("files").begin_array();
  const auto files = expand_capture_paths(options.files);
  if (!files) return fail(ExitCode::usage, files.error().message);
  for (const auto& path : *files) {
    const auto verified = options.deep ? verify_records(path, *keys) : verify_checksums(path, *keys);
    if (!verified) return fail(ExitCode::usage, verified.error().message);
    if (*keys != nullptr && !verified->locked.empty())
      return fail(ExitCode::usage, fmt::format("{}: {}", path, verified->locked));
    damaged = damaged || verified->damage.incidents != 0;
    if (options.json)
      write_json(json, path, *verified);
    else
      output.write(as_text(path, *verified));
  }
  if (options.json) json.end_array().end_object();
  if (options.json) output.write(text + '\n');
  const auto finished = output.finish();
  return finished == ExitCode::ok && damaged ? ExitCode::failed : finished;
}

}  // namespace

void add_verify(CLI::App& capture, Run& run) {
  auto* command = capture.add_subcommand("verify", "Check the checksums of capture files");
  auto options = std::make_shared<VerifyOptions>();
  command->add_option("FILE", options->files, "Capture files, or directories of them; - is standard input")
      ->required();
  command->add_flag("--deep", options->deep, "Decompress and decode every record too");
  command->add_flag("--json", options->json, "One JSON object for programs");
  declare_keys(*command, options->keys);
  command->footer(
      "Examples:\n  understudy capture verify shop.ucap.zst\n  understudy capture verify --deep "
      "captures/*.ucap.zst\n"
      "  understudy capture verify --deep --key-file capture.key secret.ucap.zst\n"
      "Encrypted files: without the key the checksums alone; with it, headers and the end are authenticated, "
      "and "
      "with --deep\nevery byte. An end that is not authentic (cut off, or never sealed) counts as damage "
      "then.\n"
      "\nExit codes: 0 all files are intact, 1 damage found (one line each), 2 usage.");
  command->callback([options, &run] { run = [options] { return run_verify(*options); }; });
}

}  // namespace understudy::capture
