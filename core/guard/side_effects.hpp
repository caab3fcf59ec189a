// Requests that change something although their method is safe: links that log out, confirm, unsubscribe,
// pay.
#pragma once

#include "core/http/message.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace understudy::guard {

/// The first word of the built-in list in a path segment or in an action parameter ("logout"), or nothing.
std::optional<std::string> side_effect_word(const http::Request& request);

/// Why the query may carry a GraphQL operation that is not a query ("a GraphQL mutation"), or nothing.
std::optional<std::string_view> graphql_side_effect(const http::Request& request);

}  // namespace understudy::guard
