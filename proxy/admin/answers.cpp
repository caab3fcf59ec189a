#include "proxy/admin/answers.hpp"

#include "core/base/json_text.hpp"

#include <utility>

#include <fmt/format.h>

namespace understudy::proxy {

http::Response admin_reply(unsigned status, std::string_view content_type, std::string body) {
  http::Response response;
  response.head.status = status;
  response.head.fields.add("Content-Type", content_type);
  response.head.fields.add("Cache-Control", "no-store");
  response.body = std::move(body);
  return response;
}

http::Response admin_json(unsigned status, std::string body) {
  return admin_reply(status, "application/json", std::move(body) + "\n");
}

http::Response admin_error(unsigned status, std::string_view what) {
  std::string quoted;
  append_json_string(quoted, what);
  return admin_json(status, fmt::format(R"({{"error":{}}})", quoted));
}

}  // namespace understudy::proxy
