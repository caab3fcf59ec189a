// Look-alike characters that people and programs read as the ASCII ones that the detectors know.
#pragma once

#include "core/scrub/mapped_text.hpp"

#include <optional>

namespace understudy::scrub {

/// Full-width forms, digits of other scripts, exotic spaces, dashes and dots become ASCII; zero-width
/// characters and soft hyphens vanish. Nothing when there is nothing of the kind. Bytes that are not UTF-8
/// stay.
std::optional<MappedText> fold_look_alikes(const MappedText& text);

}  // namespace understudy::scrub
