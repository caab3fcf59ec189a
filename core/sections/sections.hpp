// The configuration sections that the proxy and the replay share: guard and scrub, from YAML to options.
#pragma once

#include "core/base/result.hpp"
#include "core/config/node.hpp"
#include "core/guard/guard.hpp"
#include "core/scrub/scrubber.hpp"

#include <optional>
#include <string>

namespace understudy::sections {

/// `guard: {rules: [{allow: {methods: [POST], paths: ["/v1/quote"]}, name: quotes}, {deny: ...},
/// {record_only: ...}], side_effect_paths: deny|allow}`. Errors stay in the node's document.
guard::Options read_guard(const config::Node& node);

/// A file that holds such a mapping, at the top level or below a `guard` key: what `replay --guard FILE`
/// takes.
Outcome<guard::Options> load_guard_file(const std::string& path);

/// `scrub: {mode: detect, key_file: scrub.key}`. The key file is 32 raw bytes or 64 hex digits; without one
/// the key is this user's own (local_key.hpp).
scrub::Options read_scrub(const config::Node& node);

/// What to warn of about a key file that others may read, for the composition root to log; nothing when it is
/// private.
std::optional<std::string> key_file_warning(const std::string& path);

/// Reads such a key file.
Outcome<scrub::Key> load_key_file(const std::string& path);

}  // namespace understudy::sections
