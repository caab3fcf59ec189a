#include "core/http/errors.hpp"

#include <string>

namespace understudy::http {
namespace {

const char* describe(Errc e) noexcept {
  switch (e) {
    case Errc::bad_request_line:
      return "malformed request line";
    case Errc::bad_status_line:
      return "malformed status line";
    case Errc::bad_version:
      return "unsupported HTTP version";
    case Errc::bad_target:
      return "malformed request target";
    case Errc::bad_field:
      return "malformed header field";
    case Errc::bad_host:
      return "missing, duplicate or malformed Host";
    case Errc::bad_content_length:
      return "malformed or conflicting Content-Length";
    case Errc::ambiguous_framing:
      return "ambiguous message framing";
    case Errc::unknown_transfer_coding:
      return "unknown transfer coding";
    case Errc::bad_chunk:
      return "malformed chunk";
    case Errc::target_too_long:
      return "request target over the limit";
    case Errc::head_too_large:
      return "message head over the limit";
    case Errc::too_many_fields:
      return "too many header fields";
    case Errc::chunk_extensions_too_large:
      return "chunk extensions over the limit";
    case Errc::trailers_too_large:
      return "trailer section over the limit";
    case Errc::partial_message:
      return "connection closed in the middle of a message";
    case Errc::method_not_allowed:
      return "method not allowed";
    case Errc::body_too_large:
      return "message body over the limit";
  }
  return "unknown HTTP error";
}

// Boost's base class has a protected, non-virtual destructor on purpose: categories are never deleted through
// it.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
class MessageCategory final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "http"; }
  std::string message(int code) const override { return describe(static_cast<Errc>(code)); }
};
#pragma GCC diagnostic pop

}  // namespace

const boost::system::error_category& category() noexcept {
  static const MessageCategory instance;
  return instance;
}

unsigned status_for(const boost::system::error_code& ec) noexcept {
  if (ec.category() != category()) return 400;
  switch (static_cast<Errc>(ec.value())) {
    case Errc::bad_status_line:
      return 502;
    case Errc::bad_version:
      return 505;
    case Errc::unknown_transfer_coding:
      return 501;
    case Errc::target_too_long:
      return 414;
    case Errc::head_too_large:
    case Errc::too_many_fields:
    case Errc::trailers_too_large:
      return 431;
    case Errc::method_not_allowed:
      return 405;
    case Errc::body_too_large:
      return 413;
    default:
      return 400;
  }
}

}  // namespace understudy::http
