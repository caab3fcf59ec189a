// HTTP messages as values: what guard, scrub, diff, replay and stub work on. Framing is not part of them.
#pragma once

#include "core/http/fields.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace understudy::http {

enum class Version : std::uint8_t { http_1_0, http_1_1 };

struct RequestHead {
  std::string method;
  std::string target;  ///< as received: origin-form, absolute-form, authority-form or "*"
  Version version = Version::http_1_1;
  Fields fields;

  void clear() noexcept {
    method.clear();
    target.clear();
    fields.clear();
  }
};

struct ResponseHead {
  unsigned status = 0;
  std::string reason;
  Version version = Version::http_1_1;
  Fields fields;

  void clear() noexcept {
    status = 0;
    reason.clear();
    fields.clear();
  }
};

/// A whole request: body without transfer coding, content coding as received.
struct Request {
  RequestHead head;
  std::string body;
  Fields trailers;
};

/// A whole response: body without transfer coding, content coding as received.
struct Response {
  ResponseHead head;
  std::string body;
  Fields trailers;
};

/// The path of an origin-form or absolute-form target, without query; "*" and authority-form come back whole.
std::string_view target_path(std::string_view target) noexcept;

/// The query without its '?'; empty when there is none.
std::string_view target_query(std::string_view target) noexcept;

}  // namespace understudy::http
