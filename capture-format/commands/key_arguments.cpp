#include "capture-format/commands/key_arguments.hpp"

#include <string>

#include <CLI/CLI.hpp>

namespace understudy::capture {
namespace {

std::string named(const char* name, KeyNames names) {
  const auto long_name = std::string("--capture-") + name;
  return names == KeyNames::both ? std::string("--") + name + "," + long_name : long_name;
}

}  // namespace

void declare_keys(CLI::App& command, KeyOptions& keys, KeyNames names) {
  command
      .add_option(named("key-file", names), keys.key_file,
                  "Keys of encrypted captures (capture keygen); else $UNDERSTUDY_CAPTURE_KEY_FILE")
      ->type_name("FILE");
  command
      .add_option(named("key-command", names), keys.key_command,
                  "Program that is run with 'unwrap KEY-ID' or 'wrap KEY-ID' instead; else "
                  "$UNDERSTUDY_CAPTURE_KEY_COMMAND")
      ->type_name("COMMAND");
}

void declare_key_id(CLI::App& command, KeyOptions& keys, KeyNames names) {
  command
      .add_option(named("key-id", names), keys.key_id,
                  "Key for the file that is written; the first of the key file unless given")
      ->type_name("ID");
}

}  // namespace understudy::capture
