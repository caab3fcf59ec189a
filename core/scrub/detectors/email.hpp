// Finds e-mail addresses: a subset of RFC 5321 mailboxes, with UTF-8 in both parts (RFC 6531).
#pragma once

#include "core/scrub/detectors/finding.hpp"

#include <string_view>
#include <vector>

namespace understudy::scrub {

/// Appends every address in `text`, in order. Linear in the text. The domain needs a dot and a top-level
/// label that is not a number, or is an address literal in brackets.
void find_emails(std::string_view text, std::vector<EmailFinding>& found);

}  // namespace understudy::scrub
