// How answers of the admin API look.
#pragma once

#include "core/http/message.hpp"

#include <string>
#include <string_view>

namespace understudy::proxy {

/// Never cached.
http::Response admin_reply(unsigned status, std::string_view content_type, std::string body);
http::Response admin_json(unsigned status, std::string body);
/// {"error": what}
http::Response admin_error(unsigned status, std::string_view what);

}  // namespace understudy::proxy
