// The options by which commands are told the keys of encrypted captures.
#pragma once

#include "capture-format/crypto/key_ring.hpp"

namespace CLI {
class App;
}

namespace understudy::capture {

enum class KeyNames : unsigned char {
  both,     ///< --key-file and --capture-key-file
  long_one  ///< the long one alone: the short one means another key there
};

/// Declares --key-file and --key-command; of commands that write captures also --key-id.
void declare_keys(CLI::App& command, KeyOptions& keys, KeyNames names = KeyNames::both);
void declare_key_id(CLI::App& command, KeyOptions& keys, KeyNames names = KeyNames::both);

}  // namespace understudy::capture
