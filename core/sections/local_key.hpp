// The scrubber's key when none is configured: one per user and machine, so that captures of different runs
// join.
#pragma once

#include "core/scrub/scrubber.hpp"

namespace understudy::sections {

/// Reads `$XDG_STATE_HOME/understudy/scrub.key` (default `~/.local/state`), which is made on first use, mode
/// 0600. Equal values then give equal tokens in every capture of this user. Where no such file can be kept
/// (no home directory, read-only disk), the key is random: tokens then differ from run to run.
scrub::Key local_key();

}  // namespace understudy::sections
