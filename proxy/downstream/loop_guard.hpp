// Notices a request that has passed this very process before (RFC 9110 §7.6: no message is forwarded to
// oneself).
#pragma once

#include "core/http/message.hpp"

#include <string>
#include <string_view>

namespace understudy::proxy {

/// Our name in Via of requests: `name-instance`, so that two proxies of one name in a row are no loop. An
/// empty `instance` becomes a random one, the same for the life of the process; an empty `name` stays empty.
std::string via_pseudonym(std::string_view name, std::string_view instance);

/// A Via line of `head` has `pseudonym` as received-by (RFC 9110 §7.6.3).
bool has_passed_here(const http::RequestHead& head, std::string_view pseudonym) noexcept;

}  // namespace understudy::proxy
