// Cookie and Set-Cookie values (RFC 6265): every cookie's value goes, its name and attributes stay.
#pragma once

#include "core/scrub/leaf.hpp"

namespace understudy::scrub {

/// A Cookie field's value: "a=1; b=2".
void scan_cookies(std::string_view value, const Pass& pass, Splices& splices);

/// A Set-Cookie field's value: "a=1; Path=/; HttpOnly".
void scan_set_cookie(std::string_view value, const Pass& pass, Splices& splices);

}  // namespace understudy::scrub
