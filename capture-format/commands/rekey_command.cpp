#include "capture-format/commands/console.hpp"
#include "capture-format/commands/key_arguments.hpp"
#include "capture-format/commands/registration.hpp"
#include "capture-format/commands/rewrapping.hpp"
#include "capture-format/convert/json_writer.hpp"
#include "core/base/units.hpp"

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace understudy::capture {
namespace {

struct RekeyOptions {
  std::vector<std::string> files;
  KeyOptions keys;
  KeyOptions old_keys;
  bool json = false;
};

ExitCode run_rekey(const RekeyOptions& options) {
  const auto keys = open_key_ring_or_environment(options.keys);
  if (!keys) return fail(ExitCode::usage, keys.error().message);
  if (*keys == nullptr) return fail(ExitCode::usage, "rekey: needs --key-file or --key-command");
  const auto old_keys = open_key_ring(options.old_keys);
  if (!old_keys) return fail(ExitCode::usage, old_keys.error().message);
  note_interrupts();
  Output output;
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("files").begin_array();
  for (const auto& path : options.files) {
    if (interrupted()) return ExitCode::interrupted;
    const auto rewrapped = rewrap(path, *old_keys != nullptr ? **old_keys : **keys, **keys);
    if (!rewrapped) {
      output.flush();
      return fail(ExitCode::usage, rewrapped.error().message);
    }
    json.begin_object().member("path", path).member("from", rewrapped->old_key_id);
    json.member("to", rewrapped->new_key_id).member("parts", rewrapped->parts).end_object();
    if (!options.json)
      output.write(
          fmt::format("{}: key '{}' instead of '{}'\n", path, rewrapped->new_key_id, rewrapped->old_key_id));
  }
  json.end_array().end_object();
  if (options.json) output.write(text + '\n');
  return output.finish();
}

}  // namespace

void add_rekey(CLI::App& capture, Run& run) {
  auto* command =
      capture.add_subcommand("rekey", "Wrap the data keys of encrypted captures with another key");
  auto options = std::make_shared<RekeyOptions>();
  command
      ->add_option("FILE", options->files,
                   "Encrypted capture files; each is replaced at once or stays as it is")
      ->required();
  declare_keys(*command, options->keys);
  declare_key_id(*command, options->keys);
  command
      ->add_option("--old-key-file", options->old_keys.key_file,
                   "What opens them now, unless the new key file still holds it")
      ->type_name("FILE");
  command->add_option("--old-key-command", options->old_keys.key_command, "The same by a key command")
      ->type_name("COMMAND");
  command->add_flag("--json", options->json, "One JSON object for programs");
  command->footer(
      "The content is not encrypted anew, so this costs a copy of the file at most. Whoever has the old key "
      "and an "
      "old copy of\nthe file can still read that copy; merge or compact give a file a new data key.\n"
      "Examples:\n  understudy capture keygen --rotate --output capture.key\n"
      "  understudy capture rekey --key-file capture.key captures/*.ucap.zst\n"
      "  understudy capture rekey --old-key-file old.key --key-command /usr/local/bin/kms --key-id prod-2 "
      "shop.ucap.zst\n"
      "\nExit codes: 0 all are rewrapped, 2 usage, or a file cannot be (those before it are), 130 "
      "interrupted.");
  command->callback([options, &run] { run = [options] { return run_rekey(*options); }; });
}

}  // namespace understudy::capture
