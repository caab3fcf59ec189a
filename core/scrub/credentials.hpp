// What becomes of a value whose name says that it is a credential.
#pragma once

#include "core/scrub/key_names.hpp"
#include "core/scrub/tokens.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace understudy::scrub {

/// The text to put in place of a credential, or nothing when it is empty or a token already. An authorization
/// keeps its scheme word; Basic stays decodable (RFC 7617).
std::optional<std::string> redacted_credential(std::string_view value, KeyKind kind, const Tokens& tokens);

}  // namespace understudy::scrub
