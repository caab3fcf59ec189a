// The index of a capture as lines for people, and as JSON: one chunk after the other, from their headers.
#pragma once

#include "capture-format/commands/console.hpp"
#include "capture-format/convert/json_writer.hpp"
#include "capture-format/crypto/key_ring.hpp"
#include "core/base/result.hpp"

#include <functional>
#include <string>
#include <vector>

namespace understudy::capture {

/// What was found damaged on the way; empty when nothing was. Without its key, an encrypted file shows only
/// what stands in the clear.
using DamageNotes = std::vector<std::string>;

Outcome<DamageNotes> print_index_lines(const std::string& path, const KeyRingPtr& keys, Output& output);
/// One JSON object. Calls `chunk_written` after each chunk: there can be millions.
Outcome<DamageNotes> index_as_json(const std::string& path, const KeyRingPtr& keys, JsonWriter& json,
                                   const std::function<void()>& chunk_written);

}  // namespace understudy::capture
