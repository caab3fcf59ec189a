// What must hold for every message that our parser accepts and the forwarding rules write: shared by tests
// and a fuzz target.
#pragma once

#include "core/http/limits.hpp"

#include <string>
#include <string_view>

namespace understudy::http {

/// Forwards the request at the front of `raw` and reads what came out, strictly and leniently, and once more
/// behind a second hop. Empty: all is well, or `raw` is not accepted. Else what is broken.
std::string broken_by_forwarding_request(std::string_view raw, const Limits& limits = {});

/// The same for the response to a GET.
std::string broken_by_forwarding_response(std::string_view raw, const Limits& limits = response_limits());

}  // namespace understudy::http
